"""The count and all that it reads: pure, no Django, no database."""
