"""``python -m voting.recount.unseal URN --out COUNT``: count an exported urn with the scrutineers' slips, offline.

No Django, no database, no network. It asks for the slips, digits or words (or reads them from a file, one a
line), checks the urn against its root, unseals, counts, prints the votes and writes the count, which the clerk
imports: it is the online count byte for byte. With ``--trial`` it opens the trial ballot of a key ceremony and prints
its word.

Exit status: 0 done, 1 refused with a sentence, 2 a file that cannot be read.
"""

from __future__ import annotations

import argparse
import base64
import getpass
import hashlib
import re
import sys
from pathlib import Path

from voting.count import counting, sealing
from voting.count.canonical import root_of
from voting.count.definition import read_definition
from voting.count.formats.files import COUNT, TRIAL, URN, CountBody, TrialBody, UrnBody
from voting.count.formats.parts import UrnFigures
from voting.count.key_marks import KeyMark
from voting.count.opening import Opener
from voting.count.proofs import proof_of
from voting.count.working import Working, work_out


class NotUnsealed(Exception):
    """The urn is not opened; the message is a sentence."""


def rebuild(slips: list[str], *, needed: int, key: str) -> bytes:
    """Return the seed that the slips give, once it is the one of this key. Raises NotUnsealed naming the slip."""
    try:
        seed = sealing.join(slips, needed=needed)
    except sealing.SlipError as error:
        raise NotUnsealed(_said(error)) from error
    if sealing.public_key(seed).fingerprint != key:
        raise NotUnsealed("These slips belong to another key than this urn's. 这些密钥条不属于本票箱。")
    return seed


def _said(error: sealing.SlipError) -> str:
    if isinstance(error, sealing.SlipsTooFew):
        return f"{error.needed} different slips are needed. 需要 {error.needed} 张不同的密钥条。"
    if isinstance(error, sealing.SlipWordUnknown):
        return (
            f"Slip {error.slip}: word {error.place}, “{error.word}”, is not in the list. "
            f"第 {error.slip} 张第 {error.place} 个词“{error.word}”不在词表内。"
        )
    if isinstance(error, sealing.SlipIncomplete | sealing.SlipDigitsMissing):
        return _incomplete(error)
    if isinstance(error, sealing.SlipRepeated):
        return f"Slip {error.slip} was given before. 第 {error.slip} 张重复。"
    if isinstance(error, sealing.SlipForeign):
        return f"Slip {error.slip} is of another ceremony. 第 {error.slip} 张属于另一次密钥仪式。"
    return f"Slip {error.slip}: a word is mistyped. 第 {error.slip} 张有词抄错。"


def _incomplete(error: sealing.SlipIncomplete | sealing.SlipDigitsMissing) -> str:
    if isinstance(error, sealing.SlipDigitsMissing):
        return (
            f"Slip {error.slip} has {error.digits} digits, not 80. "
            f"第 {error.slip} 张有 {error.digits} 个数字，应为 80 个。"
        )
    return f"Slip {error.slip} has {error.words} words, not 20. 第 {error.slip} 张有 {error.words} 个词，应为 20 个。"


def count(urn: UrnBody, seed: bytes) -> Working:
    """Unseal and count; a ballot that does not open is void.

    Raises NotUnsealed where the urn or the test ballots are not as they were sealed.
    """
    facts = urn["facts"]
    blobs = [base64.b64decode(ballot, validate=True) for ballot in urn["ballots"]]
    hashes = sorted(map(_digest, blobs))
    if len(blobs) != facts["urn"]["ballots"] or root_of(hashes) != facts["urn"]["root"]:
        raise NotUnsealed("The urn is not as it was sealed at the close. 票箱与封箱时不一致，未计票。")
    tests = _tests_of(urn, set(hashes))
    definition = read_definition(facts["definition"])
    if not re.fullmatch(rf"piaojue/1\|round \d+\|{definition.digest}\|{facts['key']}", urn["info"]):
        # with another word no ballot would open, and all of them would be void
        raise NotUnsealed(
            "What the ballots are sealed to is not this round. 票箱文件所注轮次与本轮不符，未计票。"
        )
    opener = Opener(definition, seed, info=urn["info"].encode())
    groups = [None if word is None else bool(word) for word in urn.get("groups", [])] or [None] * len(blobs)
    if len(groups) != len(blobs):
        raise NotUnsealed("The urn is not as it was sealed at the close. 票箱与封箱时不一致，未计票。")
    members = [digest for digest, word in zip(map(_digest, blobs), groups, strict=True) if word]
    if root_of(sorted(members)) != facts["urn"].get("group_root", root_of(sorted(members))):
        raise NotUnsealed("The urn is not as it was sealed at the close. 票箱与封箱时不一致，未计票。")
    pairs = zip(blobs, groups, strict=True)
    ballots = (opener.ballot(blob, in_group=in_group) for blob, in_group in pairs)
    return work_out(facts, ballots, opener.tests(tests, urn=hashes))


def _digest(blob: bytes) -> bytes:
    return hashlib.sha256(blob).digest()


def _tests_of(urn: UrnBody, cast: set[bytes]) -> list[bytes]:
    """Return the test ballots as they were sealed, none of which lies in the urn. Raises NotUnsealed."""
    blobs = [base64.b64decode(each, validate=True) for each in urn.get("tests", [])]
    hashes = [*map(_digest, blobs)]
    figures = urn["facts"]["urn"]
    sealed = (figures.get("tests", 0), figures.get("test_root", root_of([])))
    if (len(blobs), root_of(hashes)) != sealed or sorted(set(hashes) - cast) != hashes:
        raise NotUnsealed(
            "The test ballots are not as they were sealed at the close. 试票与封箱时不一致，未计票。"
        )
    return blobs


def proof(urn: UrnBody, seed: bytes, counted: Working) -> str:
    """Return what binds the count to whoever took the urn; empty where the urn holds no word. Raises NotUnsealed."""
    if "proof" not in urn:
        return ""
    sealed, info = urn["proof"]["sealed"], urn["proof"]["info"].encode()
    try:
        word = sealing.unseal(sealing.private_key(seed), base64.b64decode(sealed, validate=True), info=info)
    except sealing.CannotUnseal:
        raise NotUnsealed("The word of this urn does not open. 票箱文件中的验证词无法启封。") from None
    return proof_of(word, counted.working, counted.patterns)


def open_trial(trial: TrialBody, seed: bytes) -> str:
    """Return the word sealed in a trial ballot. Raises NotUnsealed."""
    blob = base64.b64decode(trial["ballot"], validate=True)
    try:
        plain = sealing.unseal(sealing.private_key(seed), blob, info=trial["info"].encode())
    except sealing.CannotUnseal:
        raise NotUnsealed("The trial ballot does not open. 试验票无法启封。") from None
    return plain.rstrip(b"\0").decode()


def ask_slips(path: Path | None, needed: int, *, mark: KeyMark) -> list[str]:
    """Return the slips of a file, one a line, or as typed without echo once the mark was said that is on each."""
    if path is not None:
        return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    sys.stderr.write(f"Mark of the key 印记: {mark}\n")
    sys.stderr.write(
        f"{needed} slips are needed; what you type is not shown. 需要 {needed} 张密钥条，输入不显示。\n"
    )
    return [getpass.getpass(f"{place}: ") for place in range(1, needed + 1)]


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(prog="python -m voting.recount.unseal", description=__doc__)
    options.add_argument("file", type=Path, help="the exported urn, or the trial ballot")
    options.add_argument("--slips", type=Path, help="read the slips from this file, one a line")
    options.add_argument("--out", type=Path, help="write the count into this new file")
    options.add_argument("--trial", action="store_true", help="open the trial ballot of a key ceremony")
    return options


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says; return the exit status."""
    options = parser().parse_args(arguments)
    try:
        text = options.file.read_bytes()
        if options.trial:
            trial = TRIAL.read(text)
            seed = _seed(options.slips, needed=trial["slips_needed"], key=trial["key"])
            sys.stdout.write(f"{open_trial(trial, seed)}\n")
            return 0
        urn = URN.read(text)
        _announce(urn["facts"]["urn"])
        seed = _seed(options.slips, needed=urn["slips_needed"], key=urn["facts"]["key"])
        counted = count(urn, seed)
        _write(options.out, counted, proof(urn, seed, counted))
    except NotUnsealed as refusal:
        sys.stderr.write(f"{refusal}\n")
        return 1
    except (OSError, EOFError, ValueError, counting.CountMismatch) as error:
        sys.stderr.write(f"{options.file}: {error}\n")
        return 2
    return 0


def _announce(figures: UrnFigures) -> None:
    """Say what was sealed, to be compared with what was announced at the close, before any slip is asked for."""
    sys.stderr.write(f"Ballots 表决票 {figures['ballots']}, root 根 {figures['root']}\n")
    if "tests" in figures:
        sys.stderr.write(f"Test ballots 试票 {figures['tests']}, root 根 {figures['test_root']}\n")


def _seed(slips: Path | None, *, needed: int, key: str) -> bytes:
    return rebuild(ask_slips(slips, needed, mark=KeyMark.of(key)), needed=needed, key=key)


def count_file(counted: Working, proven: str) -> str:
    """Return the text of the file that goes back; ``proven`` is what ``proof`` returned."""
    body: CountBody = {
        "format": "piaojue-count/1",
        "working": counted.working,
        "patterns": counted.patterns,
    }
    if proven:
        body["proof"] = proven
    return COUNT.write(body)


def _write(path: Path | None, counted: Working, proven: str) -> None:
    """Print the votes, and write the count into a file that must be new."""
    outcome = counted.working["outcome"]
    for item in outcome["items"]:
        sys.stdout.write(f"{item['number']:>3}  {item['for']:>6}  {item['decision']}\n")
    sys.stdout.write(f"Valid 有效 {outcome['valid']}, void 无效 {outcome['void']}\n")
    if "tests" in counted.working:
        tests = counted.working["tests"]
        torn = sum(test["marks"] is None for test in tests)
        sys.stdout.write(f"Test ballots 试票 {len(tests)}, unreadable 无法辨认 {torn}\n")
    sys.stdout.write(f"Mark of the key 印记: {KeyMark.of(counted.working['key'])}\n")
    sys.stdout.write(f"{outcome['status']}; hash of the count {counted.digest}\n")
    if path is not None:
        text = count_file(counted, proven)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    sys.exit(main())
