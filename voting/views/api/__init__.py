"""The interface for machines: /api/v1/, read-only, in pages, cacheable, described by its own OpenAPI document.

Context: addresses, description and the page that explains them were three lists kept by hand beside the code.
Decision: django-ninja rather than Django REST framework with drf-spectacular: OpenAPI 3.1 comes from the types that
every answer is held against, it is typed itself, and it brings only pydantic where the other brings six packages.
Cost: a compiled part (pydantic-core), and how we refuse and keep answers (405, ETag) stays our own, in ``answers``.
"""
