"""Access codes on the delegates' slips: issue, void, check.

A code is 19 random digits and one check digit, printed in five groups of four: a phone shows its large number
keys, and digits have no look-alikes. 19 random digits are 63 random bits, so a keyed fast hash is enough and 300
delegates signing in within ten seconds wait for no slow hash.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts import attempts
from accounts.models import AccessCode, Congress, Delegate, User
from accounts.prepared import ask_all
from accounts.roles import Role
from voting.text.likeness import fitting, number_key
from voting.text.typed import bare

#: Characters of a delegate number.
LONGEST_NUMBER = 20
RANDOM_DIGITS = 19
GROUP = 4

# The quasigroup of H. M. Damm (2004): catches every single wrong digit and every swap of neighbours.
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip


class CodeRefused(Exception):
    """A sign-in that is refused; ``str()`` is a translated sentence for the delegate."""

    code = "refused"


class MistypedCode(CodeRefused):
    """The digits cannot be a code at all (length or check digit): a slip of the finger, not an attempt."""

    code = "mistyped"

    def __str__(self) -> str:
        return _(
            "This is not a complete access code: it has 20 digits, and at least one is missing or mistyped. "
            "Please compare it with your slip, group by group."
        )


class WrongCode(CodeRefused):
    """Number and code do not belong together (or the code was voided, or the number is unknown)."""

    code = "wrong"

    def __str__(self) -> str:
        return _(
            "Delegate number and access code do not match. Use the newest slip you were given; "
            "the clerk at the check-in desk can print a new one."
        )


class ManyWrongCodes(WrongCode):
    """A wrong code, after many others from the same network. Nobody rests: a right code is always taken."""

    code = "many"

    def __str__(self) -> str:
        return _(
            "Delegate number and access code do not match, and many wrong codes have come from this network. "
            "Use the newest slip you were given, or ask the clerk at the check-in desk for a new one: "
            "the right code is always taken."
        )


def _check_digit(digits: str) -> str:
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def new_code() -> str:
    """Return 20 digits in five groups of four, of which 19 are random."""
    digits = f"{secrets.randbelow(10**RANDOM_DIGITS):0{RANDOM_DIGITS}d}"
    digits += _check_digit(digits)
    return " ".join(digits[i : i + GROUP] for i in range(0, len(digits), GROUP))


def normalise(text: str) -> str:
    """Return the digits of what was typed: full-width digits, blanks, dashes and what nobody sees are no mistake."""
    return bare(text)


def as_number(text: str) -> str:
    """Return a typed delegate number as numbers are kept: narrow, in capitals, without blanks and dashes."""
    return normalise(text).upper()


def digits_of(text: str) -> str:
    """Return the 20 digits of a typed code.

    Raises MistypedCode when it cannot be one: wrong length, other characters, or a wrong check digit.
    """
    code = normalise(text)
    if len(code) != RANDOM_DIGITS + 1 or not (code.isascii() and code.isdigit()) or _check_digit(code) != "0":
        raise MistypedCode
    return code


def digest(delegate_id: int, digits: str) -> str:
    """Return the keyed digest (HMAC-SHA-256, hexadecimal) under which a code is stored."""
    return salted_hmac("accounts.access-code", f"{delegate_id}:{digits}", algorithm="sha256").hexdigest()


@transaction.atomic
def issue_codes(delegates: Iterable[Delegate]) -> dict[int, str]:
    """Give every delegate a new code and void the old ones; return the codes by delegate id, this once.

    Whoever is signed in with an old code is signed out, because the session is tied to the account's secret.
    """
    delegates = list(delegates)
    AccessCode.objects.filter(delegate__in=delegates, voided=False).update(voided=True)
    codes = {delegate.pk: new_code() for delegate in delegates}
    AccessCode.objects.bulk_create(
        [AccessCode(delegate_id=pk, digest=digest(pk, normalise(code))) for pk, code in codes.items()]
    )
    _sign_out(delegates)
    return codes


@transaction.atomic
def void_code(delegate: Delegate) -> None:
    """Void the delegate's code; sessions opened with it end."""
    AccessCode.objects.filter(delegate=delegate, voided=False).update(voided=True)
    _sign_out([delegate])


#: Whose valid codes may be meant: the number as typed, and with as many leading zeros as any has.
_CODES = """
SELECT d.id, d.number, c.digest, u.id, u.password FROM accounts_accesscode c
JOIN accounts_delegate d ON d.id = c.delegate_id JOIN accounts_user u ON u.id = d.user_id
WHERE d.congress_id = %(congress)s AND d.number = ANY(%(numbers)s::text[])
    AND NOT c.voided AND u.is_active AND u.role = %(role)s
"""


def check_code(*, congress: Congress | None, number: str, code: str, network: str, at: datetime) -> User:
    """Return the account of the delegate of that congress to whom number and code belong, in one statement.

    Of the account, key, role and secret are read. A number without its zeros means whom it fits, where that is one
    delegate alone. Raises MistypedCode, WrongCode, or ManyWrongCodes where ``network`` was wrong too often. A right
    code is taken whatever was tried before it: 63 random bits need no rest, and a rest would be a weapon (TRUST.md
    F36). An unknown number is answered like a wrong code, after the same work (F37). Whether the delegate is still in
    office is not asked here: whoever is on a frozen roll votes in it.
    """
    digits = digits_of(code)
    typed = as_number(number)
    key = number_key(typed)
    spelled = [typed, *("0" * zeros + key for zeros in range(LONGEST_NUMBER - len(key) + 1))]
    asked = {"congress": congress.pk if congress else 0, "numbers": spelled, "role": Role.DELEGATE.value}
    by_number = {row[1]: row for row in ask_all(_CODES, asked)}
    fits = fitting(typed, by_number)
    delegate, _number, kept, user, secret = by_number[fits[0]] if len(fits) == 1 else _NOBODY
    if constant_time_compare(kept, digest(delegate, digits)) and user:
        return User(pk=user, role=Role.DELEGATE, password=secret)
    raise ManyWrongCodes if attempts.wrong_code(network, at=at) else WrongCode


_NOBODY = (0, "", "", 0, "")


def _sign_out(delegates: list[Delegate]) -> None:
    users = list(User.objects.filter(delegate__in=delegates))
    for user in users:
        user.set_unusable_password()
    User.objects.bulk_update(users, ["password"])
