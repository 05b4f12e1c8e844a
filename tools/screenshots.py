"""Take the pictures in the README from a running demo town.

``stadig demo`` in one terminal, ``python tools/screenshots.py`` in another. ``--url`` names another address,
``--only crew`` one picture. The town's figures move, so the pictures differ a little each time.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from stadig.ui.testing import ADVICE, FLAGS, chromium

TARGET = Path(__file__).parents[1] / "docs" / "images"
COLOURS = 128


@dataclass(frozen=True)
class Picture:
    """A page as one of the eight sees it. ``path`` is where to go after the log-in; empty stays where it leads; ``press`` is a link there."""

    name: str
    person: str
    path: str
    width: int
    height: int
    scale: float = 1.0
    press: str = ""


PICTURES = (
    Picture("start", "", "/", 1440, 1000),
    Picture("planner", "leila", "", 1440, 1000),
    Picture("bins", "leila", "/arbetsplats/korgar/", 1440, 1000),
    Picture("crew", "jonas", "", 390, 844, 2.0),
    Picture("form", "karin", "/mina/", 1440, 1000, press="Anmäl ett fel på gata eller park"),
    Picture("mine", "karin", "/mina/", 390, 844, 2.0, press="Parkeringstillstånd"),
    Picture("inbox", "amina", "/arbetsplats/arenden/", 1440, 1000),
)


def take(browser: Browser, url: str, picture: Picture) -> Path:
    """Log in through the strip, go to the page, and keep what is seen without scrolling, in few colours."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=picture.scale,
        locale="sv-SE",
        color_scheme="light",
    )
    page = context.new_page()
    page.goto(url)
    if picture.person:
        _become(page, picture.person)
    if picture.path not in {"", "/"}:
        page.goto(url.rstrip("/") + picture.path)
    if picture.press:
        page.get_by_role("link", name=picture.press).first.click()
    page.wait_for_load_state("load")
    page.wait_for_timeout(4000)  # a map draws itself
    path = TARGET / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    with Image.open(path) as image:
        image.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path


def _become(page: Page, username: str) -> None:
    """Press the strip's button of one of the eight; it works also where the strip is folded."""
    with page.expect_navigation():
        page.evaluate(
            """username => {
                const button = document.querySelector(`form button[name=username][value="${username}"]`)
                    || document.querySelector(`form input[name=username][value="${username}"]`);
                if (!button) throw new Error(`The strip has no ${username}. Is this a demo town?`);
                button.tagName === 'BUTTON' ? button.form.requestSubmit(button) : button.form.submit();
            }""",
            username,
        )


def main() -> int:
    words = argparse.ArgumentParser(description="Take the README's pictures from a running demo town.")
    words.add_argument("--url", default="http://127.0.0.1:8000/")
    words.add_argument("--only", choices=[picture.name for picture in PICTURES])
    asked = words.parse_args()
    found = chromium()
    if found is None:
        print(ADVICE, file=sys.stderr)
        return 1
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=[*FLAGS, "--hide-scrollbars", "--force-color-profile=srgb"]
        )
        for picture in PICTURES:
            if asked.only in {None, picture.name}:
                path = take(browser, asked.url, picture)
                print(f"{path.relative_to(TARGET.parents[1])}: {path.stat().st_size // 1024} kB")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
