"""Benchmarks: what the city promises, measured on the machine at hand.

Each benchmark is a module of this package with one function that returns figures::

    @bench("ingest")
    def ingest() -> list[Figure]:
        "Store observations over HTTP."
        return [at_least("share of COPY", 61.2, "%", 50, how="1,000 rows per request, wrk, 10 s")]
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import platform
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure beside what was promised. ``holds`` is None when nothing was."""

    name: str
    value: float
    unit: str
    goal: str
    holds: bool | None
    how: str


Benchmark = Callable[[], list[Figure]]
_benchmarks: dict[str, Benchmark] = {}


class CannotMeasure(Exception):
    """Something that the benchmark needs is missing. The message says what to install or start."""


def bench(name: str) -> Callable[[Benchmark], Benchmark]:
    """Register a benchmark; its docstring's first line is its heading."""

    def register(function: Benchmark) -> Benchmark:
        _benchmarks[name] = function
        return function

    return register


def at_least(name: str, value: float, unit: str, goal: float, *, how: str) -> Figure:
    """A figure that must reach ``goal``."""
    return Figure(name, value, unit, f"≥ {goal:g}", bool(value >= goal), how)


def at_most(name: str, value: float, unit: str, goal: float, *, how: str) -> Figure:
    """A figure that must not exceed ``goal``."""
    return Figure(name, value, unit, f"≤ {goal:g}", bool(value <= goal), how)


def measured(name: str, value: float, unit: str, *, how: str) -> Figure:
    """A figure without a goal, to understand the others by."""
    return Figure(name, value, unit, "", None, how)


def names() -> list[str]:
    """Every benchmark, in alphabetical order."""
    return sorted(each.name for each in pkgutil.iter_modules(__path__) if each.name[0] != "_")


def run(name: str) -> dict[str, Any]:
    """Measure, and return ``{bench, machine, figures}`` ready for JSON.

    Raises
    ------
    KeyError
        There is no such benchmark.
    CannotMeasure
        A tool is missing; the message says which.
    """
    if name not in names():
        raise KeyError(name)
    importlib.import_module(f"stadig.config.bench.{name}")
    return {"bench": name, "machine": machine(), "figures": [asdict(figure) for figure in _benchmarks[name]()]}


def together(results: list[dict[str, Any]]) -> dict[str, Any]:
    """Several results as one, each figure named after its benchmark."""
    figures = [figure | {"name": f"{one['bench']}: {figure['name']}"} for one in results for figure in one["figures"]]
    return {"bench": "all", "machine": machine(), "figures": figures}


def machine() -> dict[str, Any]:
    """What was measured on; figures of different machines must not be compared."""
    return {
        "cpu": _cpu(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "python": platform.python_version(),
        "postgres": _postgres(),
        "system": platform.system() + " " + platform.release().split("-")[0],
        "load_before": round(os.getloadavg()[0], 2),
    }


def wrk() -> str:
    """The path of the load generator.

    Raises
    ------
    CannotMeasure
        It is not installed.
    """
    found = shutil.which("wrk")
    if not found:
        raise CannotMeasure(
            "The load is made by the compiled client `wrk`, which is not installed. On Debian and Ubuntu: apt install wrk. "
            "On macOS: brew install wrk. A client in Python would measure itself."
        )
    return found


@contextlib.contextmanager
def reference(name: str) -> Iterator[Path]:
    """A file of the reference data, which lie outside the repository (``STADIG_REFERENCE_DATA``)."""
    from stadig.config.environment import CHECKOUT

    path = Path(os.environ.get("STADIG_REFERENCE_DATA", CHECKOUT.parent / "shared" / "data")) / name
    if not path.exists():
        raise CannotMeasure(f"The reference data {name} are not there. Set STADIG_REFERENCE_DATA to the folder that holds them.")
    yield path


def _cpu() -> str:
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _postgres() -> str:
    from stadig.config import postgres
    from stadig.config.environment import environment

    if environment.database_url:
        import psycopg

        with (
            contextlib.suppress(psycopg.OperationalError),
            psycopg.connect(environment.database_url, connect_timeout=3) as connection,
        ):
            return str(connection.info.server_version // 10000)
        return "unknown"
    with contextlib.suppress(OSError, subprocess.CalledProcessError, postgres.DatabaseFault):
        program = postgres.wheel_binaries() / "bin" / "postgres"
        return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout.split()[-1]
    return "unknown"
