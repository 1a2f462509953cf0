"""The project around the applications: settings, addresses, the database, the catalogues."""
