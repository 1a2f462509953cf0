"""``python -m voting.recount.ceremony --needed 3 --issued 5 --out KEY``: hold the key ceremony offline.

The key is made on this device and never touches the server: its slips are shown one after the other (or written one
a file with ``--slips``), and only the public half is written, which the clerk hands to the server.
"""

from __future__ import annotations

import argparse
import base64
import sys
from pathlib import Path

from voting.count import sealing
from voting.count.formats.files import KEY, KeyBody
from voting.count.key_marks import KeyMark

_CLEAR = "\033[2J\033[3J\033[H"


def main(arguments: list[str] | None = None) -> int:
    """Make a key, show its slips, write its public half; return the exit status."""
    options = argparse.ArgumentParser(prog="python -m voting.recount.ceremony", description=__doc__)
    options.add_argument("--needed", type=int, default=3, help="slips needed to open the urn (default 3)")
    options.add_argument(
        "--issued", type=int, default=5, help="slips issued, one for each scrutineer (default 5)"
    )
    options.add_argument("--out", type=Path, required=True, help="write the public key into this new file")
    options.add_argument(
        "--slips", type=Path, help="write each slip into a file of its own in this new folder"
    )
    given = options.parse_args(arguments)
    seed = sealing.new_seed()
    try:
        slips = sealing.split(seed, needed=given.needed, issued=given.issued)
        key = sealing.public_key(seed)
        public: KeyBody = {
            "format": "piaojue-key/1", "key": base64.b64encode(key.raw).decode(), "fingerprint": key.fingerprint,
            "needed": given.needed, "issued": given.issued,
        }  # fmt: skip
        if given.out.exists():
            raise FileExistsError(f"{given.out} is there already")
        mark = KeyMark.of(key.fingerprint)
        _give(slips, given.slips, mark)
        with given.out.open(
            "x", encoding="utf-8"
        ) as file:  # last: a key without its slips would be worthless
            file.write(KEY.write(public))
    except (OSError, EOFError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stderr.write(
        f"Public key 公钥: {given.out}\nFingerprint 指纹: {key.fingerprint}\nMark 印记: {mark}\n"
    )
    return 0


def _give(slips: list[str], folder: Path | None, mark: KeyMark) -> None:
    """Write the slips into the folder, or show one at a time to the scrutineer whose it is."""
    if folder is not None:
        folder.mkdir(mode=0o700)
        for place, slip in enumerate(slips, start=1):
            path = folder / f"slip-{place}.txt"
            path.touch(mode=0o600)
            path.write_text(f"{slip}\n", encoding="utf-8")
        return
    for place, slip in enumerate(slips, start=1):
        digits, words = sealing.digits_of_slip(slip), slip.split()
        lines = [f"{at + 1:>2}. {digits[4 * at : 4 * at + 4]}  {word}" for at, word in enumerate(words)]
        head = f"{_CLEAR}Slip 密钥条 {place} / {len(slips)}\nMark 印记 {mark}\n\n"
        sys.stdout.write(head + "\n".join(lines) + "\n\n")
        sys.stdout.flush()
        input("Copied it? Enter hides it. 抄好后按回车。")
    sys.stdout.write(_CLEAR)


if __name__ == "__main__":
    sys.exit(main())
