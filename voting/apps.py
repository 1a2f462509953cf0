"""The vote on livelihood projects, from the call to the archive."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate
from django.urls import register_converter
from django.urls.converters import IntConverter
from django.utils.translation import gettext_lazy as _

from voting.evidence import installed, rights
from voting.management import deployment  # noqa: F401 registers its rules with `manage.py check --deploy`
from voting.management.database_version import require_no_open_round, require_readable


class SmallWhole(IntConverter):
    """A number in an address, as ``<small:number>``: never larger than a column of the database."""

    regex = "[0-9]{1,9}"


class VotingConfig(AppConfig):
    name = "voting"
    verbose_name = _("Vote on livelihood projects")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register_converter(SmallWhole, "small")
        pre_migrate.connect(require_readable, sender=self)
        pre_migrate.connect(require_no_open_round, sender=self)
        post_migrate.connect(rights.after_migrate, sender=self)
        post_migrate.connect(installed.after_migrate, sender=self)
        # All need the models.
        from accounts.staff import rest_began  # noqa: PLC0415
        from voting.domain.core.second_factor import on_rest_began  # noqa: PLC0415
        from voting.management import taken_addresses  # noqa: F401, PLC0415 registers its rule with `manage.py check`

        rest_began.connect(on_rest_began)
