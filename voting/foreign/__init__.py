"""Files from outside. Whatever opens one does so in a child process, apart from whoever serves the vote."""
