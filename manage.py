#!/usr/bin/env python3
"""Run one of Piaojue's commands: ``manage.py help`` lists them."""

from __future__ import annotations

import gc
import os
import sys


def main() -> None:
    """Run the command that the arguments name; say in one sentence why it cannot run, where it cannot."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    gc.set_threshold(
        50_000, 20, 50
    )  # measured: the collector took a third of what it costs to make all tables
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from config import VERSION
    from config.database import DatabaseUnavailable
    from config.env import MisunderstoodSetting

    if sys.argv[1:] in (["version"], ["--version"]):
        sys.stdout.write(f"Piaojue {VERSION}\n")
        return
    try:
        execute_from_command_line(sys.argv)
    except (MisunderstoodSetting, DatabaseUnavailable) as refusal:
        sys.exit(f"piaojue: {refusal}")
    except ImproperlyConfigured as refusal:
        sys.exit(f"piaojue: the settings do not fit together: {refusal}")


if __name__ == "__main__":
    main()
