"""README's four pictures, made anew from the demo: ``make pictures``.

A demo of its own is started in a temporary folder and played in a real Chromium, from the open vote to the published
result, as its people would play it. Demo data; the pictures say so.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
PHONE, DESK, HALL = (390, 844), (1280, 900), (1280, 720)
PATIENCE = 120  # seconds until the demo answers
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
#: The congress and the year that are drawn.
CONGRESS, YEAR = "gongshu", "2018"
LARGEST = 150_000  # bytes of a picture


@contextmanager
def demo() -> Iterator[tuple[str, dict[str, str]]]:
    """Serve a demo and yield its address and its environment."""
    with socket.socket() as free, tempfile.TemporaryDirectory() as var:
        Path(var).chmod(0o711)  # PostgreSQL does not run as root and must reach its folder
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        outside = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "HOST"}}
        env = outside | {"PIAOJUE_VAR": var, "PORT": str(port), "LC_ALL": "C.UTF-8"}
        manage = [sys.executable, "manage.py"]
        subprocess.run([*manage, "collectstatic", "--no-input", "-v0"], cwd=ROOT, env=env, check=True)
        server = subprocess.Popen([*manage, "demo"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(f"{address}/healthz", server)
            yield address, env
        finally:
            server.terminate()
            server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, ConnectionError):
            time.sleep(0.5)
    raise SystemExit("the demo did not start")


class People:
    """The demo's people at their browsers."""

    def __init__(self, browser: Browser, address: str, known: dict[str, Any]) -> None:
        self.browser, self.address, self.known = browser, address, known

    def page(self, size: tuple[int, int]) -> Page:
        width, height = size
        context = self.browser.new_context(
            base_url=self.address, viewport={"width": width, "height": height}, locale="zh-CN"
        )
        return context.new_page()

    def staff(self, name: str) -> Page:
        page = self.page(DESK)
        page.goto(f"/{CONGRESS}/admin/")
        page.locator("#id_username").fill(name)
        page.locator("#id_password").fill(self.known["staff"][name])
        page.locator("#login-form button").click()
        page.wait_for_url("**/admin/**")
        return page

    def delegate(self) -> Page:
        page = self.page(PHONE)
        number, code = next(iter(self.known["votes"][f"{CONGRESS}/{YEAR}"]["codes"].items()))
        page.goto(f"/{CONGRESS}/enter/")
        page.locator("#id_number").fill(number)
        page.locator("#id_code").fill(code)
        page.locator("main form button").first.click()
        page.goto(f"/{CONGRESS}/ballot/")
        return page

    def take(self, name: str, step: str, slips: list[str] | None = None) -> None:
        """Take a step of the running order as that person."""
        page = self.staff(name)
        page.goto(f"/{CONGRESS}/admin/vote/{YEAR}/{step}/")
        for place, slip in enumerate(slips or [], start=1):
            page.locator(f"#id_slip_{place}").fill(slip)
        if page.locator("#id_confirm").count():
            page.locator("#id_confirm").check()
        page.locator("form.act .btn-primary").first.click()
        page.wait_for_load_state()


def draw(page: Page, name: str) -> None:
    """Keep what stands on the screen. Ends with a sentence where a picture is too large for the repository."""
    PICTURES.mkdir(exist_ok=True)
    path = PICTURES / f"{name}.png"
    page.screenshot(path=path)
    if (size := path.stat().st_size) > LARGEST:
        raise SystemExit(f"{path.name} has {size} bytes, more than {LARGEST}")
    print(f"{path.relative_to(ROOT)}  {size} bytes")


def main() -> None:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with demo() as (address, env), sync_playwright() as playwright:
        known = json.loads((Path(env["PIAOJUE_VAR"]) / "demo" / "embedded.json").read_text(encoding="utf-8"))
        people = People(playwright.chromium.launch(executable_path=program, args=ARGUMENTS), address, known)
        ballot = people.delegate()
        for project in (1, 2, 3, 5, 6, 8, 9, 12):
            ballot.locator(f"label[for=m{project}] .name").click()
        ballot.evaluate("scrollTo(0, 0)")
        draw(ballot, "ballot")
        ballot.context.close()
        subprocess.run([sys.executable, "manage.py", "demo_votes"], cwd=ROOT, env=env, check=True)
        desk = people.staff("demo-clerk")
        desk.goto(f"/{CONGRESS}/admin/?first={YEAR}")
        draw(desk, "clerk")
        people.take("demo-clerk", "close")
        slips = known["votes"][f"{CONGRESS}/{YEAR}"]["key_slips"]
        people.take("demo-scrutineer-1", "count", slips[:3])
        people.take("demo-scrutineer-2", "certify")
        people.take("demo-clerk", "publish")
        for name, path, size in [("result", "result", DESK), ("hall", "screen", HALL)]:
            page = people.page(size)
            page.goto(f"/{CONGRESS}/{YEAR}/{path}/")
            draw(page, name)


if __name__ == "__main__":
    main()
