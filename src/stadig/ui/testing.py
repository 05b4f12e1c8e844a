"""What browser tests of every room use: the whole program behind a port, Chromium, axe, and a walk through a page.

``make test`` looks at each page once, on a phone in Swedish. ``STADIG_TEST_MATRIX=full`` looks at it at three widths,
in two languages, light and dark.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHECKOUT = Path(__file__).resolve().parents[3]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]
PHONE, TABLET, DESK = 390, 820, 1440
FULL = os.environ.get("STADIG_TEST_MATRIX") == "full"
ADVICE = (
    "No Chromium was found. On Debian or Ubuntu: `sudo apt install chromium`; elsewhere: "
    "`.venv/bin/python -m playwright install chromium` and set STADIG_CHROMIUM to its path."
)


def chromium() -> str | None:
    """The browser's path: ``STADIG_CHROMIUM``, else the system's, else the one Playwright has installed, else None."""
    named = os.environ.get("STADIG_CHROMIUM")
    if named:
        return named
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    for found in sorted((Path.home() / ".cache/ms-playwright").glob("chromium-*/chrome-linux*/chrome")):
        return str(found)
    return None


@contextmanager
def served() -> Iterator[str]:
    """The real WSGI application on a free port of the loopback address, in a thread; gives its address."""
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application
    from django.db import connection

    class Quiet(WSGIRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

    server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, ipv6=False, allow_reuse_address=True)
    server.daemon_threads = True
    server.set_app(get_wsgi_application())
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    # A browser keeps its line open and with it the thread: its session must end with each request, or the test
    # database could not be removed.
    kept = connection.settings_dict["CONN_MAX_AGE"]
    connection.settings_dict["CONN_MAX_AGE"] = 0
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        connection.settings_dict["CONN_MAX_AGE"] = kept
        server.shutdown()
        server.server_close()
        thread.join(5)


def log_in(page: Page, user: Any) -> None:
    """Log in as someone without typing: the session's cookie is put into the browser."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user, backend="stadig.city.login.PasswordBackend")
    base = page.context.stadig_address  # type: ignore[attr-defined]
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": client.cookies[settings.SESSION_COOKIE_NAME].value, "url": base}]
    )


def axe(page: Page) -> None:
    """Fail unless axe-core finds the page free from faults (WCAG 2.2 A and AA, and good practice)."""
    if not page.evaluate("() => !!window.axe"):
        page.evaluate((CHECKOUT / "node_modules/axe-core/axe.min.js").read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']}).then((r) => r.violations)")
    lines = [
        f"{fault['id']} ({fault['impact']}): {fault['help']}\n"
        + "\n".join(f"    {node['html'][:160]}\n    {node['failureSummary']}" for node in fault["nodes"][:4])
        for fault in found
    ]
    assert not lines, f"{page.url} at {page.viewport_size}\n" + "\n".join(lines)  # noqa: S101


_SOUND = """() => {
  const seen = (all) => [...document.querySelectorAll(all)].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width && box.height && getComputedStyle(e).visibility === "visible"; });
  const limit = document.documentElement.clientWidth;
  let wide = "";
  if (document.documentElement.scrollWidth > limit) {
    const found = [...document.querySelectorAll("body *")].find((e) => {
      const box = e.getBoundingClientRect(); return box.width && box.right > limit + 1 && !e.closest(".scroll, .sr"); });
    wide = found ? found.outerHTML.slice(0, 160) : "the page";
  }
  return {headings: seen("h1").length, title: document.title, wide,
          filled: seen("main .ds-button:not([data-variant])").map((e) => e.innerText)};
}"""


_READABLE = """() => {
  const cut = (e) => e && (getComputedStyle(e).clipPath !== "none" || cut(e.parentElement));
  const unseen = (e) => e.closest(".sr, .skip, svg, noscript, script, style, template") || cut(e);
  const shown = (e) => { const box = e.getBoundingClientRect();
    return box.width && box.height && e.checkVisibility({visibilityProperty: true}) && !unseen(e); };
  const limit = document.documentElement.clientWidth, found = [];
  const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = words.nextNode(); text; text = words.nextNode()) {
    if (!text.data.trim() || !shown(text.parentElement)) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const said = text.data.trim().slice(0, 50);
    for (const box of range.getClientRects()) {
      if (!box.width || box.right < -200) continue;
      let scrolls = false;
      for (let e = text.parentElement; e && e !== document.body; e = e.parentElement) {
        const style = getComputedStyle(e), edge = e.getBoundingClientRect();
        if (style.display === "inline") continue;
        if (["auto", "scroll"].includes(style.overflowX)) { scrolls = true; break; }
        const bound = style.overflowX !== "visible" || style.borderLeftWidth !== "0px" || style.backgroundColor !== "rgba(0, 0, 0, 0)";
        if (bound && (box.right > edge.right + 1 || box.left < edge.left - 1)) found.push(`out of its ${e.tagName} ${e.className}: ${said}`);
        if (style.overflowY === "hidden" && box.bottom > edge.bottom + 2) found.push(`cut off below: ${said}`);
      }
      if (!scrolls && (box.right > limit + 1 || box.left < -1)) found.push(`outside the window: ${said}`);
    }
    if (text.parentElement.closest("code, pre, .break, .num, [translate=no]")) continue;
    for (const word of text.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      range.setStart(text, word.index);
      range.setEnd(text, word.index + word[0].length);
      const rows = new Set([...range.getClientRects()].filter((box) => box.width).map((box) => Math.round(box.top)));
      if (rows.size > 1 && getComputedStyle(text.parentElement).hyphens !== "auto") found.push(`broken in two: ${word[0]}`);
    }
  }
  for (const e of document.querySelectorAll("main *")) {
    const sideways = ["auto", "scroll"].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1;
    if (!sideways || !shown(e) || e.matches("textarea, select, input")) continue;
    if (e.tabIndex < 0 || !(e.ariaLabel || e.getAttribute("aria-labelledby"))) found.push(`a scroller no key reaches: ${e.outerHTML.slice(0, 90)}`);
  }
  return [...new Set(found)];
}"""


def readable(page: Page) -> None:
    """Fail if a text is cut off, runs out of its box or is broken inside a word, or if a scroller has no name or can't be reached by keyboard."""
    found = page.evaluate(_READABLE)
    assert not found, f"{page.url} at {page.viewport_size}\n" + "\n".join(found)  # noqa: S101


def sound(page: Page) -> None:
    """Fail unless the page has one h1, at most one filled button, a title, and does not scroll sideways."""
    found = page.evaluate(_SOUND)
    where = f"{page.url} at {page.viewport_size}"
    assert found["headings"] == 1, f"{where} has {found['headings']} h1"  # noqa: S101
    assert len(found["filled"]) <= 1, f"{where} has {len(found['filled'])} filled buttons: {found['filled']}"  # noqa: S101
    assert found["title"].strip(" –"), f"{where} has no title"  # noqa: S101
    assert not found["wide"], f"{where} scrolls sideways: {found['wide']}"  # noqa: S101


@contextmanager
def watched(page: Page) -> Iterator[None]:
    """Fail if the page's scripts fail or the content security policy stops something."""
    faults: list[str] = []

    def hear(message: Any) -> None:
        events = "/events" in str(message.location.get("url", "")) or message.text == "[object Event]"
        if message.type == "error" and not events:  # the event streams live in the outer server, which is not started here
            faults.append(message.text)

    def fail(error: Any) -> None:
        faults.append(str(error))

    page.on("console", hear)
    page.on("pageerror", fail)
    try:
        yield
    finally:
        page.remove_listener("console", hear)
        page.remove_listener("pageerror", fail)
    assert not faults, f"{page.url}: {faults}"  # noqa: S101


def walk(page: Page, url: str, *, status: int = 200) -> None:
    """Look at one page as the matrix says: sound, free from faults, and readable at 400 % zoom (320 px).

    In full: in English and dark, then in Swedish and light, each at three widths. A theme changes colours alone and a
    language words alone, so the other two pairs would show nothing new. The page is left on a phone in Swedish, with
    ``url`` open.
    """
    from django.conf import settings

    base = page.context.stadig_address  # type: ignore[attr-defined]
    widths = (PHONE, TABLET, DESK) if FULL else (PHONE,)
    looks = (("en", "dark"), ("sv", "light")) if FULL else (("sv", "light"),)
    for language, scheme in looks:
        page.context.add_cookies(
            [
                {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": base},
                {"name": "stadig_scheme", "value": scheme, "url": base},
            ]
        )
        with watched(page):
            answer = page.goto(url)
            assert answer is not None, url  # noqa: S101
            assert answer.status == status, f"{url} answered {answer.status}"  # noqa: S101
            assert page.locator("html").get_attribute("lang") == language  # noqa: S101
            for width in widths:
                page.set_viewport_size({"width": width, "height": 844})
                sound(page)
                axe(page)
            page.set_viewport_size({"width": 320, "height": 640})
            sound(page)
            page.set_viewport_size({"width": PHONE, "height": 844})


def path_of(page: Page) -> str:
    """Where the browser is, without the host."""
    return urlsplit(page.url).path
