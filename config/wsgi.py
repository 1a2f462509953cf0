"""The entry of the web server: ``granian --interface wsgi config.wsgi:application``."""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# A process that serves keeps a pool of connections; a command or a test needs one connection only.
os.environ.setdefault("DATABASE_POOL", "on")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
