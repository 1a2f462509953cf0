"""The project around the applications: settings, addresses, the database, the catalogues."""

#: The one place that says which version this is: `manage.py version`, the wheel and the image take it from here.
VERSION = "0.1.0"
