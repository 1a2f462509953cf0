"""What a person had written in a form that can no longer be taken: it is shown once more, to be copied."""

from __future__ import annotations

import re

from django.http import QueryDict

#: Fields that hold a person's own words. Never marks, codes, key slips or passwords.
_WORDS = re.compile(
    r"(?:text|words|reason|content|delay|note|fault_\d+|public_reason|opening|closing|criteria|out_of_scope|how|background"
    r"|fields_of_work|(?:targets|milestones|funds)(?:_text)?|asked|delegations|witnesses)",
    re.ASCII,
)


def words_to_resubmit(data: QueryDict) -> list[str]:
    """Return the texts of a form that was sent, in its order."""
    sent = (str(data[name]) for name in data if _WORDS.fullmatch(name))
    return [text for text in sent if text.strip()]
