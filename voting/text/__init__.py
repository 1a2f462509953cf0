"""Plain text and search terms."""
