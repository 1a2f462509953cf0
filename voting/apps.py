"""The vote on livelihood projects, from the call to the archive."""

from django.apps import AppConfig
from django.db.models.signals import pre_migrate
from django.urls import register_converter
from django.urls.converters import IntConverter
from django.utils.translation import gettext_lazy as _

from voting.management.database_version import require_readable


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
