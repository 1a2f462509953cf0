"""What ours is measured against: one Django view with session, CSRF, sign-in check, one UPDATE and one INSERT.

A Django project of its own, in a database of its own on the same PostgreSQL, with the middleware that
``django-admin startproject`` gives.
"""
