"""Draws: blocks, PDF, tables, pictures. Knows no model."""
