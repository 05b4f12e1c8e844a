"""Replays a recorded run of the OGC conformance engine against this server and says what agrees.

The record's ids are another server's: they are mapped by what both servers answered at the same place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from stadig.sensing.sta.schema import BY_PLURAL, ENTITIES
from stadig.sensing.sta.tests.client import Client

ROOT = "/v4/v1.1"
RECORDED_ON = date(2026, 4, 22)
_KEY = re.compile(r"([A-Za-z]+)\((\d+)\)")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)(?:/\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))?")


@dataclass
class Replay:
    """One replay: the map from recorded ids to ours, and what did not agree."""

    client: Client
    ids: dict[tuple[str, str], Any] = field(default_factory=dict)
    agreed: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.agreed + len(self.differences)

    def run(self, record: Path) -> None:
        for line in record.read_text().splitlines():
            self._one(json.loads(line))

    def _one(self, pair: dict[str, Any]) -> None:
        path, _, query = pair["url"].removeprefix(ROOT).lstrip("/").partition("?")
        ours = self._mapped_path(unquote(path))
        body = json.loads(pair["body"]) if pair["body"] not in (None, "", "<empty>") else None
        reply = self.client.request(
            pair["method"], ours + (f"?{query}" if query else ""), None if body is None else self._mapped_body(body)
        )
        what = f"{pair['n']} {pair['method']} {unquote(pair['url'])}"
        if "location" in reply.headers and reply.status in (200, 201):
            recorded = re.search(r"'location': '([^']*)'", pair["response_headers"])
            target = recorded.group(1) if recorded else pair["url"]
            match = _KEY.findall(unquote(target))
            if match:
                self.ids[match[-1]] = reply.id
        if reply.status != pair["status"]:
            self.differences.append(f"{what}: {reply.status} instead of {pair['status']}: {reply.body[:160]!r}")
            return
        expected = _json(pair["response"])
        if pair["method"] == "GET" and pair["status"] == 200 and expected is not None:
            got = _json(reply.body.decode())
            self._learn(expected, got)
            found = next(self._compare(expected, got, ""), None)
            if found:
                self.differences.append(f"{what}: {found}")
                return
        self.agreed += 1

    def _mapped_path(self, path: str) -> str:
        def mapped(match: re.Match[str]) -> str:
            key = self.ids.get((match.group(1), match.group(2)), match.group(2))
            return f"{match.group(1)}({key})"

        return _KEY.sub(mapped, path)

    def _mapped_body(self, value: Any, name: str = "") -> Any:
        if isinstance(value, list):
            return [self._mapped_body(one, name) for one in value]
        if not isinstance(value, dict):
            return value
        plural = ENTITIES[name].plural if name in ENTITIES else name
        found = {key: self._mapped_body(one, key) for key, one in value.items()}
        if "@iot.id" in found:
            own = self.ids.get((plural, str(found["@iot.id"])))
            found["@iot.id"] = found["@iot.id"] if own is None else int(own) if str(own).isdigit() else own
        return found

    def _learn(self, expected: Any, got: Any) -> None:
        """The same place in both answers is the same entity."""
        if isinstance(expected, list) and isinstance(got, list):
            for one, other in zip(expected, got, strict=False):
                self._learn(one, other)
        elif isinstance(expected, dict) and isinstance(got, dict):
            link = expected.get("@iot.selfLink", "")
            match = _KEY.findall(unquote(link))
            own = re.search(r"\('?([^()']+)'?\)$", got.get("@iot.selfLink", ""))
            if match and own and match[-1][0] in BY_PLURAL:
                self.ids[match[-1]] = f"'{own.group(1)}'" if ":" in own.group(1) else own.group(1)
            for key in expected.keys() & got.keys():
                self._learn(expected[key], got[key])

    def _compare(self, expected: Any, got: Any, at: str) -> Iterator[str]:
        if isinstance(expected, dict) and isinstance(got, dict):
            inside = bool(at) and not re.fullmatch(r"/value\[\d+\]", at)  # the recorded server leaves links out of expanded ones
            left = {k for k, v in expected.items() if v is not None and not _own(k, inside)}
            right = {k for k, v in got.items() if v is not None and not _own(k, inside)}
            if left != right:
                yield f"{at}: keys {sorted(left ^ right)}"
            for key in sorted(left & right):
                if "Link" not in key:
                    yield from self._compare(expected[key], got[key], f"{at}/{key}")
        elif isinstance(expected, list) and isinstance(got, list):
            if len(expected) != len(got):
                yield f"{at}: {len(got)} instead of {len(expected)}"
            for number, (one, other) in enumerate(zip(expected, got, strict=False)):
                yield from self._compare(one, other, f"{at}[{number}]")
        elif _times(expected) != _times(got):
            yield f"{at}: {got!r} instead of {expected!r}"


def _own(key: str, inside: bool) -> bool:
    """What is a server's own: its ids, what it adds to its root, which links it repeats."""
    return key in ("@iot.id", "serverSettings", "networks") or (inside and key.endswith("Link"))


def _json(text: Any) -> Any:
    if not isinstance(text, str):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _times(value: Any) -> Any:
    """Times as instants, so that Z, .000Z and +00:00 are one."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        found = [datetime.fromisoformat(part) for part in value.split("/")]
        return ["when it was made" if at.date() in (RECORDED_ON, datetime.now(UTC).date()) else at for at in found]
    return value.partition("v1.1/")[2] if isinstance(value, str) and value.startswith("http") and "v1.1/" in value else value
