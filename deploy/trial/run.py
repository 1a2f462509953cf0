"""Run the commands of ``deploy/README.md``, and nothing else, on a throw-away view of this machine.

``make deploy-try``. The blocks of the page are taken out of it and run in their order by one shell, as root, in
namespaces of its own: the file system is this machine's with a layer above it that is thrown away, its network is a
loopback that nobody else sees, and its processes end with it. So the paths and ports of the page are the real ones,
and the machine stays as it is. Three things are not the page's: the address of the repository in its first block is a
copy of this checkout; packages of Python come from a directory, for there is no network; and systemctl is a stand-in
(``systemctl.py``).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PAGE = ROOT / "deploy" / "README.md"
#: From here on the page's blocks are for another way.
END = "## Containers"
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NEEDED = {
    "nginx": "nginx", "openssl": "openssl", "pg_createcluster": "postgresql", "systemd-analyze": "systemd",
    "make": "make", "git": "git", "adduser": "adduser",
}  # fmt: skip
#: A fresh machine has nothing of these but what the page puts there.
EMPTY = ("run", "tmp", "etc/postgresql", "var/lib/postgresql", "var/log/postgresql")
WHEELS, SOURCE = "var/cache/trial-wheels", "var/cache/trial-source"
MARK = "@@"


def blocks(page: str) -> Iterator[tuple[str, str]]:
    """Yield the headings and the texts of the page's blocks for the shell, up to those for containers."""
    part = page.partition(f"\n{END}\n")[0]
    for section in re.split(r"^## ", part, flags=re.MULTILINE):
        for block in re.findall(r"^```sh\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL):
            yield section.partition("\n")[0], block


def script(page: str) -> str:
    """Return what the shell is given: the blocks, and a mark before each that says which it is."""
    lines = ["set -eu", "cd /root", "exec 2>&1"]
    for heading, block in blocks(page):
        lines += [
            f"echo '{MARK}{heading}'",
            re.sub(r"^SOURCE=.*$", f"SOURCE=/{SOURCE}", block, flags=re.MULTILINE),
        ]
    return "\n".join(lines)


# -------------------------------------------------------------------------------------------------- outside


def require_machine() -> None:
    """End with a sentence where the trial can't be made here."""
    if os.geteuid():
        sys.exit("piaojue: the trial makes namespaces and accounts, so it wants root.")
    missing = sorted(
        {package for program, package in NEEDED.items() if not shutil.which(program, path=SYSTEM_PATH)}
    )
    venv = ["/usr/bin/python3", "-c", "import ensurepip, venv"]
    if (
        not Path("/usr/bin/python3").exists()
        or subprocess.run(venv, capture_output=True, check=False).returncode
    ):
        missing.append("python3-venv")
    if missing:
        sys.exit(f"piaojue: the trial wants Debian's packages: apt-get install {' '.join(missing)}")


def copy_source(to: Path) -> None:
    """Make a repository of what this checkout holds now, tagged as the page's release."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).exists():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    release = re.search(r"^RELEASE=(\S+)$", PAGE.read_text(), re.MULTILINE)
    identity = (
        "-c",
        "user.name=trial",
        "-c",
        "user.email=trial@example.org",
        "-c",
        "init.defaultBranch=trial",
    )
    for words in (
        ["init", "--quiet"], ["add", "--all", "--force"], ["commit", "--quiet", "--message", "trial"],
        ["tag", release[1] if release else "none"],
    ):  # fmt: skip
        subprocess.run(["git", *identity, *words], cwd=to, check=True)


def fetch_wheels(to: Path) -> None:
    """Put the locked packages into a directory; those that are there are only looked at."""
    to.mkdir(parents=True, exist_ok=True)
    version = subprocess.run(
        ["/usr/bin/python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    subprocess.run(
        [ROOT / ".venv/bin/python", "-m", "pip", "--disable-pip-version-check", "-qq", "download", "--no-deps",
         "--require-hashes", "--only-binary", ":all:", "--python-version", version, "-r", ROOT / "requirements.lock",
         "-d", to],
        check=True,
    )  # fmt: skip


def outside(then: list[str]) -> int:
    require_machine()
    wheels = ROOT / "var" / "trial-wheels"
    began = time.monotonic()
    fetch_wheels(wheels)
    sys.stdout.write(f"packages at hand after {time.monotonic() - began:.0f} s\n")
    with tempfile.TemporaryDirectory(prefix="piaojue-trial-") as place:
        copy_source(Path(place))
        isolated = ["unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child"]
        command = [*isolated, sys.executable, __file__, "--inside", place, str(wheels), *then]
        began = time.monotonic()
        status = subprocess.run(command, check=False).returncode
    sys.stdout.write(f"the whole page took {time.monotonic() - began:.0f} s\n")
    return status


# --------------------------------------------------------------------------------------------------- inside


def mount(*words: str) -> None:
    subprocess.run(["mount", *words], check=True)


def make_view(source: str, wheels: str) -> Path:
    """Mount the throw-away view of this machine and return its root."""
    mount("--make-rprivate", "/")
    base = Path("/mnt")
    mount("-t", "tmpfs", "tmpfs", str(base))
    upper, work, root = (base / name for name in ("upper", "work", "root"))
    for each in (upper, work, root):
        each.mkdir()
    mount("-t", "overlay", "overlay", "-o", f"lowerdir=/,upperdir={upper},workdir={work}", str(root))
    for name in EMPTY:
        (root / name).mkdir(parents=True, exist_ok=True)
        mount("-t", "tmpfs", "-o", "mode=1777" if name == "tmp" else "mode=755", "tmpfs", str(root / name))
    for name, place in ((SOURCE, source), (WHEELS, wheels)):
        (root / name).mkdir(parents=True)
        mount("--bind", place, str(root / name))
    shutil.copy2(HERE / "systemctl.py", root / "usr/local/sbin/systemctl")
    (root / "usr/local/sbin/systemctl").chmod(0o755)
    mount("-t", "proc", "proc", str(root / "proc"))
    mount("--rbind", "/dev", str(root / "dev"))
    return root


def furnish() -> None:
    """Make the view, which is our root now, what Debian leaves after its installation."""
    for name in ("opt/piaojue", "var/lib/piaojue", "etc/ssl/piaojue"):
        shutil.rmtree(f"/{name}", ignore_errors=True)
    for each in Path("/etc").glob("piaojue*"):
        each.unlink()
    for account in ("piaojue", "piaojue_owner"):
        subprocess.run(["deluser", "--quiet", account], capture_output=True, check=False)
    # What is there is not brought up to date: there is no network.
    Path("/etc/apt/apt.conf.d/99trial").write_text('APT::Get::Upgrade "false";\n')
    Path("/run/lock").mkdir(mode=0o1777)
    subprocess.run(
        ["install", "-d", "-o", "postgres", "-g", "postgres", "-m", "2775", "/run/postgresql"], check=True
    )
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    version = max(each.name for each in Path("/usr/lib/postgresql").iterdir())
    for words in (
        ["pg_createcluster", "--locale", "C.UTF-8", version, "main"],
        ["pg_ctlcluster", version, "main", "start"],
    ):
        subprocess.run(words, stdout=subprocess.DEVNULL, check=True)


def inside(source: str, wheels: str, then: list[str]) -> int:
    text = script(PAGE.read_text())
    root = make_view(source, wheels)
    os.chroot(root)
    os.chdir("/")
    os.environ.clear()
    os.environ.update(
        PATH=SYSTEM_PATH, HOME="/root", LANG="C.UTF-8", DEBIAN_FRONTEND="noninteractive",
        PIP_NO_INDEX="1", PIP_FIND_LINKS=f"/{WHEELS}", PIP_CONFIG_FILE="/dev/null",
    )  # fmt: skip
    furnish()
    began = time.monotonic()
    shell = subprocess.Popen(["sh", "-c", text], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    for line in shell.stdout or ():
        heading = line.removeprefix(MARK)
        sys.stdout.write(f"--- {time.monotonic() - began:5.1f} s  {heading}" if heading != line else line)
        sys.stdout.flush()
    shell.wait()
    sys.stdout.write(f"--- {time.monotonic() - began:5.1f} s  the end\n")
    if shell.returncode:
        for log in sorted(Path("/var/log").glob("piaojue*.log")):
            sys.stdout.write(f"{log}:\n{log.read_text()[-3000:]}\n")
        sys.stdout.write(f"the page's commands ended with {shell.returncode}\n")
    elif then:
        return subprocess.run(then, check=False).returncode
    return shell.returncode


if __name__ == "__main__":
    arguments = sys.argv[1:]
    if arguments[:1] == ["--inside"]:
        sys.exit(inside(arguments[1], arguments[2], arguments[3:]))
    sys.exit(outside(arguments))
