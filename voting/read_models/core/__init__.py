"""What every room of the procedure needs."""
