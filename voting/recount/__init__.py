"""Recount what was published, or what the scrutineers hold, without Django and without a database.

``python -m voting.recount FILE`` reads a file that this application exported, or a .pb file, counts again and holds
every figure against what the file says.
"""
