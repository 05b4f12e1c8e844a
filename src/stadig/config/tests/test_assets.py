"""The front-end build: only what is used, nothing from elsewhere, and small."""

import os
from pathlib import Path

import pytest

from stadig.config import assets

KNOWN = {"bell", "wifi-off", "trash-2", "map"}


def entry(folder: Path, name: str, text: str) -> list[os.DirEntry[str]]:
    (folder / name).write_text(text, encoding="utf-8")
    return [one for one in os.scandir(folder) if one.name == name]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("a.html", '<c-icon name="bell" />', {"bell"}),
        ("a.html", '{% icon "trash-2" "lg" %}', {"trash-2"}),
        ("a.html", '{% tag "warning" words "wifi-off" %} {% tag "danger" words "bell" %}', {"wifi-off", "bell"}),
        ("a.py", 'declare(icon="bell")', {"bell"}),
        ("a.py", 'LAYER = "map"', set()),
        ("service.yaml", "version: 1.0.0\nicon: bell\naudience: [resident]\n", {"bell"}),
    ],
)
def test_the_sheet_holds_the_icons_that_are_named(tmp_path, name, text, found):
    assert set(assets.icon_names(entry(tmp_path, name, text), KNOWN)) == found


def test_an_icon_that_does_not_exist_stops_the_build(tmp_path):
    with pytest.raises(assets.AssetError, match="no icon named 'bellx'"):
        assets.icon_names(entry(tmp_path, "a.html", '<c-icon name="bellx" />'), KNOWN)


def test_what_is_built_is_small_and_ours():
    static = assets.BUILD / "static"
    small = {path.name.split(".")[0] + "." + path.name.split(".")[-2]: path.stat().st_size for path in static.rglob("*.br")}
    font = next((static / "fonts").glob("inter-latin-wght-normal.*.woff2")).stat().st_size
    assert small["stadig.css"] + small["stadig.js"] + small["icons.svg"] + font < 110_000
    css = next((static / "css").glob("stadig.*.css")).read_text(encoding="utf-8")
    assert "http://" not in css.replace("http://www.w3.org", "").replace("http%3A", "")
    assert "https://" not in css
    assert "sourceMappingURL" not in css


def test_nothing_is_built_again_when_nothing_has_changed():
    assets.build()
    assert assets.build() is False


def test_the_address_of_a_file_is_worked_out_once_and_anew_after_a_build():
    from django.contrib.staticfiles.storage import staticfiles_storage

    first = staticfiles_storage.url("icons.svg")
    assert staticfiles_storage.url("icons.svg") is first
    known = staticfiles_storage.hashed_files
    try:
        staticfiles_storage.hashed_files = known | {"icons.svg": "icons.another.svg"}
        assert staticfiles_storage.url("icons.svg").endswith("icons.another.svg")
    finally:
        staticfiles_storage.hashed_files = known
    assert staticfiles_storage.url("icons.svg") == first
    with pytest.raises(ValueError, match="no-such-file"):
        staticfiles_storage.url("no-such-file.css")
