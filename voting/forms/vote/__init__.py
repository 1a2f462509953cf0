"""The vote: rules, roll, key, urn, count, certification, notice."""
