"""A person at a real Chromium, for the tests marked ``e2e``."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize

PHONE: ViewportSize = {"width": 390, "height": 844}
DESK: ViewportSize = {"width": 1280, "height": 900}
PATIENCE = 10_000  # milliseconds

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 nothing is written there by us

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A container's shared memory may be too small for it, and files are slower.
    *(
        []
        if SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free > 2**30
        else ["--disable-dev-shm-usage"]
    ),
]
MISSING = "there is no Chromium: install chromium, or name one in the variable CHROMIUM"


def find_chromium() -> str | None:
    """Return the browser's program: the one that CHROMIUM names, or the first that the system has."""
    if named := os.environ.get("CHROMIUM"):
        return shutil.which(named)
    # The shell is Chromium without the window around the page: the same engine at two thirds of the time.
    candidates = (
        "chromium-headless-shell",
        "/usr/bin/chromium",
        "chromium",
        "chromium-browser",
        "google-chrome",
    )
    return next(filter(None, map(shutil.which, candidates)), None)


# What passes is not told: it is most of what would be sent.
CONTRAST = {"resultTypes": ["violations"], "runOnly": {"type": "rule", "values": ["color-contrast"]}}
RULES = {
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
}


#: Pairs of texts that lie on one another in one line; what hangs over the page, as a bar does, is none.
OVERLAPS = """() => {
  const lines = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const unseen = (it) => { for (let each = it; each; each = each.parentElement) {
    const style = getComputedStyle(each);
    if (/sticky|fixed/.test(style.position) || style.clipPath !== "none" || each.matches(".skip, svg")) return true;
  } return !it.checkVisibility({ visibilityProperty: true }); };
  const inside = (box, it) => {
    let { left, right, top, bottom } = box;
    for (let each = it; each; each = each.parentElement) if (getComputedStyle(each).overflow !== "visible") {
      const frame = each.getBoundingClientRect();
      [left, right] = [Math.max(left, frame.left), Math.min(right, frame.right)];
      [top, bottom] = [Math.max(top, frame.top), Math.min(bottom, frame.bottom)];
    }
    return { left, right, top, bottom, height: bottom - top };
  };
  for (let node; (node = walk.nextNode());) {
    if (!node.data.trim() || unseen(node.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      const seen = inside(box, node.parentElement);
      if (seen.right > seen.left && seen.bottom > seen.top) lines.push([seen, node]);
    }
  }
  lines.sort(([a], [b]) => a.top - b.top);
  const found = [];
  lines.forEach(([a, one], at) => {
    for (const [b, other] of lines.slice(at + 1)) {
      if (b.top > a.bottom) break;
      const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const off = Math.abs(a.top + a.bottom - b.top - b.bottom) / 2;
      if (one !== other && across > 3 && off < Math.min(a.height, b.height) / 3)
        found.push(`${one.data.trim().slice(0, 30)} × ${other.data.trim().slice(0, 30)}`);
    }
  });
  return found;
}"""


#: The forms in which the key Enter turns the page's look or language instead of sending what was typed.
TURNED_BY_ENTER = """() => [...document.forms].filter(form => {
  const first = [...form.elements].find(each => each.type === 'submit');
  return first && first.form && !form.contains(first) && first.hasAttribute('formaction');
}).map(form => form.id)"""


def assert_good(page: Page, *others: ViewportSize) -> None:
    """No violation found by axe, nothing to scroll sideways, no text on another, here and in the other sizes named.

    And the key Enter sends a form as its own button does.
    """
    turned = page.evaluate(TURNED_BY_ENTER)
    assert not turned, turned
    found = Axe().run(page, options=RULES)["violations"]
    wrong = [(v["id"], [node["html"] for node in v["nodes"]]) for v in found]
    assert not wrong, wrong
    for viewport in (None, *others):
        if viewport:
            page.set_viewport_size(viewport)
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, viewport
        overlapping = page.evaluate(OVERLAPS)
        assert not overlapping, (viewport, overlapping)


def assert_good_in_the_dark(page: Page) -> None:
    """The contrast holds in the dark colours too; everything else does not depend on them."""
    page.emulate_media(color_scheme="dark")
    found = Axe().run(page, options=CONTRAST)["violations"]
    wrong = [(v["id"], [node["html"] for node in v["nodes"]]) for v in found]
    assert not wrong, wrong
    page.emulate_media(color_scheme="light")


@dataclass(kw_only=True)
class Live:
    """A running site and as many people at browsers as a test needs, none sharing a cookie with another.

    *complaints* collects what a browser says about our pages and what no page of ours may do: an uncaught
    error, a breach of the content security policy, a request to anywhere else. A test fails that leaves any.
    """

    url: str
    browser: Browser
    pages: list[Page] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def person(
        self,
        *,
        viewport: ViewportSize = PHONE,
        javascript: bool = True,
        dark: bool = False,
        text_percent: int = 100,
    ) -> Page:
        """Return a page in a browser of its own: a phone of 390 × 844 unless the test says otherwise."""
        context = self.browser.new_context(
            base_url=self.url,
            viewport=viewport,
            java_script_enabled=javascript,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            has_touch=viewport["width"] < 600,
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        if text_percent != 100:
            page.add_init_script(
                "addEventListener('DOMContentLoaded', () => "
                f"{{ document.documentElement.style.fontSize = '{text_percent}%'; }});"
            )
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("console", self._hear)
        page.on("request", self._watch)
        self.pages.append(page)
        return page

    def photograph(self, directory: Path, name: str) -> None:
        """Keep what everybody sees right now, for whoever looks into a failure."""
        directory.mkdir(parents=True, exist_ok=True)
        stem = re.sub(r"[^\w.-]+", "-", name)
        for number, page in enumerate(self.pages, start=1):
            if not page.is_closed():
                page.screenshot(path=directory / f"{stem}-{number}.png", full_page=True)

    def leave(self) -> None:
        """Close every browser window of this test."""
        for page in self.pages:
            page.context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")

    def _watch(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:", "blob:")):
            self.complaints.append(f"request to another site: {request.url}")
