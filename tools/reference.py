"""Write the API reference from docstrings into ``docs/reference/``. Reads the source without importing it.

``python tools/reference.py``; called by ``make docs``. The files are not kept in git.
"""

from __future__ import annotations

import ast
import shutil
import textwrap
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "stadig"
TARGET = ROOT / "docs" / "reference"
LEFT_OUT = {"tests", "migrations", "commands", "demo.py", "apps.py", "urls.py", "conftest.py"}
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def modules(room: Path) -> Iterator[Path]:
    for path in sorted(room.rglob("*.py")):
        if not LEFT_OUT & set(path.relative_to(room).parts):
            yield path


def public(tree: ast.Module) -> Iterator[Documented]:
    for node in tree.body:
        if isinstance(node, Documented) and not node.name.startswith("_") and ast.get_docstring(node):
            yield node


def signature(node: Documented) -> str:
    if isinstance(node, ast.ClassDef):
        bases = ", ".join(ast.unparse(base) for base in node.bases)
        return f"class {node.name}{f'({bases})' if bases else ''}"
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    text = f"{node.name}({ast.unparse(node.args)}){returns}"
    if len(text) <= 100:
        return text
    return f"{node.name}(\n{textwrap.indent(ast.unparse(node.args).replace(', ', ',' + chr(10)), '    ')}\n){returns}"


def section(node: Documented, level: int = 3) -> str:
    """A heading, the signature and the docstring, its NumPy-style headings made bold."""
    lines = (ast.get_docstring(node) or "").splitlines()
    text = "\n".join(
        f"**{line}**\n" if i + 1 < len(lines) and set(lines[i + 1]) == {"-"} else line
        for i, line in enumerate(lines)
        if set(line) != {"-"}
    )
    made = f"{'#' * level} {node.name}\n\n```python\n{signature(node)}\n```\n\n{text.replace('``', '`')}\n"
    if isinstance(node, ast.ClassDef):
        for child in node.body:
            if (
                isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
                and not child.name.startswith("_")
                and ast.get_docstring(child)
            ):
                made += "\n" + section(child, level + 1)
    return made


def page(room: Path) -> str:
    told = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
    parts = [f"# {room.name}\n\n{told}\n"]
    for path in modules(room):
        tree = ast.parse(path.read_text())
        nodes = list(public(tree))
        if nodes:
            name = ".".join(path.relative_to(SOURCE.parent).with_suffix("").parts).removesuffix(".__init__")
            parts.append(f"## {name}\n\n{(ast.get_docstring(tree) or '').replace('``', '`')}\n")
            parts += [section(node) for node in nodes]
    return "\n".join(parts)


def main() -> None:
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    rooms = sorted(path.parent for path in SOURCE.glob("*/apps.py"))
    lines = ["# API reference", "", "Made from the docstrings. One page for each room.", ""]
    for room in rooms:
        (TARGET / f"{room.name}.md").write_text(page(room))
        told = (ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or "").split("\n\n", maxsplit=1)[0]
        lines.append(f"* [{room.name}]({room.name}.md): {' '.join(told.split())}")
    (TARGET / "index.md").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
