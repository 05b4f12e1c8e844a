"""What never belongs in the repository: keys, registry addresses in lock files, large files, conflict marks.

``python tools/habits.py [FILE…]``; without files, everything that git keeps. Prints each fault with its file and line.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

LARGEST_BYTES = 600_000
RULES = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----"),
    "a conflict mark": re.compile(r"^(?:<{7}|>{7}) "),
    "an address of a package registry in a lock file": re.compile(r"^(?:--(?:extra-)?index-url|\s+\"resolved\":)"),
}
LOCKS = {"requirements.lock", "requirements-dev.lock", "package-lock.json"}


def faults(path: Path) -> list[str]:
    if not path.is_file():
        return []
    found = [f"{path}: {path.stat().st_size} bytes, more than {LARGEST_BYTES}"] if path.stat().st_size > LARGEST_BYTES else []
    try:
        lines = path.read_text().splitlines()
    except UnicodeDecodeError:
        return found
    for number, line in enumerate(lines, 1):
        for what, pattern in RULES.items():
            if pattern.search(line) and (path.name in LOCKS or "lock file" not in what) and path.name != "habits.py":
                found.append(f"{path}:{number}: {what}")
    return found


def main(names: list[str]) -> int:
    names = names or subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout.splitlines()
    found = [fault for name in names for fault in faults(Path(name))]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
