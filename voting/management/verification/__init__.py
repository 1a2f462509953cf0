"""``manage.py verify``: everything that is kept is held against everything else that tells of it.

Each check is a function that yields one sentence for every damage it finds, and says how far it has come. Nothing here
changes anything, and nothing needs a key slip: whether a ballot can be opened, the count alone shows.
"""
