"""What a page or paper says, read from the database, never changing it."""
