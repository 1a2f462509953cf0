"""Access codes on the delegates' slips: issue, void, check.

A code is 19 random digits and one check digit, printed in five groups of four: a phone shows its large number
keys, and digits have no look-alikes. 19 random digits are 63 random bits, so a keyed fast hash is enough and 300
delegates signing in within ten seconds wait for no slow hash.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db import connection, transaction
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from accounts import attempts
from accounts.kept_sessions import end_sessions_of
from accounts.models import AccessCode, Congress, Delegate, User
from accounts.prepared import ask_all
from accounts.roles import VOTERS
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


def spellings(number: str) -> list[str]:
    """Return how a typed number may be kept: as it is, or with as many leading zeros as any has."""
    key = number_key(number)
    return [number, *("0" * zeros + key for zeros in range(LONGEST_NUMBER - len(key) + 1))]


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
    return issue_to({delegate.pk: delegate.user_id for delegate in delegates})


#: Three statements for however many: a part of a roll of residents' letters is thousands of codes.
_VOID = "UPDATE accounts_accesscode SET voided = true WHERE delegate_id = ANY(%(delegates)s::bigint[]) AND NOT voided"
_KEEP = """
INSERT INTO accounts_accesscode (delegate_id, digest, voided)
SELECT issued.delegate, issued.digest, false
FROM unnest(%(delegates)s::bigint[], %(digests)s::text[]) AS issued (delegate, digest)
"""
_RENEW = """
UPDATE accounts_user SET password = renewed.secret
FROM unnest(%(users)s::bigint[], %(secrets)s::text[]) AS renewed (id, secret) WHERE accounts_user.id = renewed.id
"""


@transaction.atomic
def issue_to(people: Mapping[int, int]) -> dict[int, str]:
    """Do the same for these delegates' ids, each with the id of the account."""
    issued = {delegate: new_code() for delegate in people}
    digests = [digest(delegate, normalise(code)) for delegate, code in issued.items()]
    with connection.cursor() as cursor:
        cursor.execute(_VOID, {"delegates": list(issued)})
        cursor.execute(_KEEP, {"delegates": list(issued), "digests": digests})
    _sign_out(people.values())
    return issued


@transaction.atomic
def void_code(delegate: Delegate) -> None:
    """Void the delegate's code; sessions opened with it end."""
    AccessCode.objects.filter(delegate=delegate, voided=False).update(voided=True)
    _sign_out([delegate.user_id])


#: Whose valid codes may be meant: the number as typed, and with as many leading zeros as any has.
_CODES = """
SELECT d.id, d.number, c.digest, u.id, u.password, u.role FROM accounts_accesscode c
JOIN accounts_delegate d ON d.id = c.delegate_id JOIN accounts_user u ON u.id = d.user_id
WHERE d.congress_id = %(congress)s AND d.number = ANY(%(numbers)s::text[])
    AND NOT c.voided AND u.is_active AND u.role = ANY(%(roles)s::text[])
"""


def check_code(*, congress: Congress | None, number: str, code: str, network: str, at: datetime) -> User:
    """Return the account of whoever of that congress number and code belong to, in one statement.

    Of the account, key, role and secret are read. A number without its zeros means whom it fits, where that is one
    number alone; where a delegate and a resident's letter have the same, the code tells them apart. Raises
    MistypedCode, WrongCode, or ManyWrongCodes where ``network`` was wrong too often. A right code is taken whatever
    was tried before it: 63 random bits need no rest, and a rest would be a weapon (TRUST.md F36). An unknown number
    is answered like a wrong code, after the same work (F37). Whether the delegate is still in office is not asked
    here: whoever is on a frozen roll votes in it.
    """
    digits = digits_of(code)
    typed = as_number(number)
    asked = {
        "congress": congress.pk if congress else 0,
        "numbers": spellings(typed),
        "roles": [role.value for role in VOTERS],
    }
    rows = ask_all(_CODES, asked)
    fits = fitting(typed, {row[1] for row in rows})
    for delegate, _number, kept, user, secret, role in [row for row in rows if fits == [row[1]]] or [_NOBODY]:
        if constant_time_compare(kept, digest(delegate, digits)) and user:
            return User(pk=user, role=role, password=secret)
    raise ManyWrongCodes if attempts.wrong_code(network, at=at) else WrongCode


_NOBODY = (0, "", "", 0, "", "")


def _sign_out(users: Collection[int]) -> None:
    """Give the accounts another secret, no password: a session holds the one before, and is over."""
    secret = [f"{UNUSABLE_PASSWORD_PREFIX}{secrets.token_hex(20)}" for _each in users]
    with connection.cursor() as cursor:
        cursor.execute(_RENEW, {"users": list(users), "secrets": secret})
    end_sessions_of(users)
