"""What a password of staff must be, each rule in words of our own: Django's catalogue has some in English only."""

from __future__ import annotations

from django.contrib.auth import password_validation as rules
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class OwnRule(rules.UserAttributeSimilarityValidator):
    """The password is not like the user name."""

    def get_error_message(self) -> str:
        return _("This password is too much like the user name.")

    def get_help_text(self) -> str:
        return _("Choose something other than your user name.")


class LengthRule(rules.MinimumLengthValidator):
    """The password is long enough."""

    def get_error_message(self) -> str:
        return ngettext(
            "This password is too short. Use %(count)d character or more.",
            "This password is too short. Use %(count)d characters or more.",
            self.min_length,
        ) % {"count": self.min_length}

    def get_help_text(self) -> str:
        return ngettext(
            "Use %(count)d character or more.", "Use %(count)d characters or more.", self.min_length
        ) % {"count": self.min_length}


class RareRule(rules.CommonPasswordValidator):
    """The password is none that many people choose."""

    def get_error_message(self) -> str:
        return _("This password is one that many people use.")

    def get_help_text(self) -> str:
        return _("Choose one that few others would think of.")


class MixedRule(rules.NumericPasswordValidator):
    """The password holds more than digits."""

    def get_error_message(self) -> str:
        return _("This password is all digits. Add letters or other characters.")

    def get_help_text(self) -> str:
        return _("Use letters or other characters beside digits.")
