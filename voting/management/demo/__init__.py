"""What the demo needs besides the application: its secrets, its server, the sheet it prints."""
