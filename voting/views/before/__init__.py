"""Before the vote: from the call to the confirmed list of candidate projects."""
