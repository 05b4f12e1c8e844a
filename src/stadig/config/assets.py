"""Build what the browser is sent, into ``build/assets``: our CSS and scripts, and the parts from npm."""

from __future__ import annotations

from stadig.config.environment import CHECKOUT


def build() -> None:
    (CHECKOUT / "build" / "assets").mkdir(parents=True, exist_ok=True)


if __name__ == "__main__":
    build()
