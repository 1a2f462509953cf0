"""The entry of the web server: ``granian --interface wsgi config.wsgi:application``."""

from __future__ import annotations

import gc
import logging
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# A process that serves keeps a pool of connections; a command or a test needs one connection only.
os.environ.setdefault("DATABASE_POOL", "on")

from django.core.wsgi import get_wsgi_application

django_application = get_wsgi_application()

# Now that the applications are there.
from django.conf import settings
from django.db import connection

from config import error_hook, monitor, slow_statements
from config.quick import QuickPages
from config.readiness import readiness
from voting.views.vote.warm import warm

application = QuickPages(django_application)

error_hook.begin(settings.SENTRY_DSN)
slow_statements.watch()
if (problem := warm()) is not None:
    logging.getLogger(__name__).warning("no page is ready yet: %s", problem)
    readiness.prepare = warm
connection.close()
monitor.begin()

# What stands now stays, and is never looked through for garbage: such a look is long and stops a voter. What comes with
# a request goes with it; what does not, is looked for less often than Python does by itself.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
