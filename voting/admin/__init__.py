"""The admin: our own site, whose first page is the running order. Ballots are not registered."""
