"""Seed files: read them, refuse what is damaged, load the rest through the verbs that people use."""
