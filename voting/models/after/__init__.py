"""After the vote: delivery, supervision, assessment, archive."""
