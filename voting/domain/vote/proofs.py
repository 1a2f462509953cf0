"""An imported count is proven before it is certified: the urn is opened once more, here or on the certifier's device.

A count file proves nothing by itself: whoever imports it could have made it up, with totals that fit. So whoever
certifies it either brings k key slips here, and the server counts the urn itself, or brings a second file. An equal
file would be no proof either, since a copy is equal; so the urn that the certifier takes holds a word, sealed to the
round's key and different for every person. Only k slips open it, and the file is signed with it. What remains is said
on the page: k scrutineers who make a file up together are believed.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts.models import User
from voting.count import sealing
from voting.count.formats import UnreadableRecord
from voting.count.formats.files import COUNT, URN, UrnChallenge
from voting.count.formats.working import PATTERNS, WORKING
from voting.count.proofs import PROOF_INFO, proof_of
from voting.domain.core.journal import record
from voting.domain.core.refusals import Refused, StepNotAllowed
from voting.domain.vote.counts import certified, count_urn, facts_of, to_be_certified
from voting.domain.vote.definitions import sealing_info
from voting.domain.vote.keys import rebuild_seed
from voting.domain.vote.urn_files import NotACount, urn_body
from voting.models import Certification, Round, Tally
from voting.states import Act, CountProof, RoundStatus


class ProofDiffers(Refused):
    """The urn, opened once more, gives another count than the imported one."""

    def __str__(self) -> str:
        return _(
            "The urn gives another count than the one that was imported. Nothing was certified. Keep the files and the "
            "database as they are, and tell the chief scrutineer: the imported count is not what was voted."
        )


class NotYourProof(Refused):
    """The file was not made from the urn that this person took."""

    def __str__(self) -> str:
        return _(
            "This file was not made from the urn that you took on this page, so it proves nothing: it may be a copy of "
            "the imported one. Take the urn here, count it with the key slips, and bring that file."
        )


@transaction.atomic
def take_urn(*, round_: Round, by: User, at: datetime) -> str:
    """Record that the offline count was chosen, and return the urn as a file for this person.

    It leaves to be counted, or to prove an imported count, and for nothing else. Raises StepNotAllowed,
    paper_ballots.PaperNotReady, FiguresChanged or UrnDamaged.
    """
    locked = Round.objects.select_for_update(of=("self",)).select_related("cycle__congress", "rules")
    round_ = locked.get(pk=round_.pk)
    to_prove = round_.status == RoundStatus.COUNTED and round_.tally.imported
    if round_.status != RoundStatus.CLOSED and not to_prove:
        raise StepNotAllowed
    body = urn_body(round_)
    body["proof"] = _challenge(round_, by)
    data = {"round": round_.number, "root": body["facts"]["urn"]["root"]}
    record(cycle=round_.cycle, act=Act.URN_TAKEN, by=by, at=at, data=data)
    return URN.write(body)


def _challenge(round_: Round, by: User) -> UrnChallenge:
    """Return this person's word, sealed as ballots are but for its ``info``: it can't be taken for one."""
    info = PROOF_INFO + sealing_info(round_)
    key = sealing.load_public_key(bytes(round_.public_key or b""))
    sealed = sealing.seal(key, _word(round_, by), info=info)
    return {"info": info.decode(), "sealed": base64.b64encode(sealed).decode()}


def _word(round_: Round, by: User) -> bytes:
    """Return the word of a person for a round: known to this server alone, and kept nowhere."""
    text = f"{round_.pk} {round_.key_fingerprint} {by.pk}"
    return salted_hmac("piaojue.count-proof", text, algorithm="sha256").digest()


@transaction.atomic
def certify_with_slips(*, round_: Round, slips: Sequence[str], by: User, at: datetime) -> Certification:
    """Count the urn here with k slips, and vouch for the imported count because it is equal byte for byte.

    Raises SlipsRefused, ProofDiffers, what ``counts.count_round`` raises over an urn, or what
    ``counts.certify_tally`` raises.
    """
    round_, tally = _imported(round_, by)
    seed = rebuild_seed(round_=round_, slips=slips)
    counted = count_urn(round_=round_, facts=facts_of(round_), seed=seed)
    if (counted.text, PATTERNS.write(counted.patterns)) != (tally.working, tally.patterns):
        raise ProofDiffers
    return certified(round_, by=by, at=at, proof=CountProof.SLIPS)


@transaction.atomic
def certify_with_file(*, round_: Round, text: str, by: User, at: datetime) -> Certification:
    """Take a second count file of the certifier's own, and vouch for the imported count because it is equal.

    Raises NotACount, NotYourProof, ProofDiffers, or what ``counts.certify_tally`` raises.
    """
    round_, tally = _imported(round_, by)
    try:
        file = COUNT.read(text)
    except UnreadableRecord as error:
        raise NotACount from error
    proof = proof_of(_word(round_, by), file["working"], file["patterns"])
    if not hmac.compare_digest(file.get("proof", ""), proof):
        raise NotYourProof
    if (WORKING.write(file["working"]), PATTERNS.write(file["patterns"])) != (tally.working, tally.patterns):
        raise ProofDiffers
    return certified(round_, by=by, at=at, proof=CountProof.FILE)


def _imported(round_: Round, by: User) -> tuple[Round, Tally]:
    """Lock a round whose imported count this person may certify. Raises StepNotAllowed for a count of this server."""
    round_ = to_be_certified(round_, by)
    if not round_.tally.imported:
        raise StepNotAllowed
    return round_, round_.tally
