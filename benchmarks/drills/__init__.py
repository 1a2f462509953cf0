"""Drills: delegates cast through the pages while one thing is broken; every acknowledged ballot must be in the urn.

``python -m benchmarks.drills [NAME …]`` as root on Debian with ``iproute2``, ``nftables``, ``nginx``, ``curl``,
``postgresql`` and ``faketime``; for what is about two database servers, ``patroni``, ``python3-etcd`` and
``etcd-server``. Every machine is a network namespace of its own; everything runs from the files in ``deploy/``. Nothing
outside the namespaces is reached, and nothing is left behind. ``deploy/drills.md`` has what came of it.
"""
