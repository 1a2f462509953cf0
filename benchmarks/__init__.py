"""Speed and memory as ratios, measured side by side in one run: ``make bench``.

Nothing here is a number from elsewhere: what ours is compared with runs in the same minutes, on the same machine
and the same PostgreSQL. ``bare`` is the smallest Django project that takes a vote at all.
"""
