"""The commands of the vote and what they are made of; a command translates, makes its calls, and says how it went."""
