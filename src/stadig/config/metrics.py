"""Figures for Prometheus, honest across processes: each process writes its own small file, a scrape reads them all.

No figure is only in one process's memory: a scrape that reaches one worker shows every worker, labelled, and
supervisor, jobs and streams beside them. Files of processes that are gone are skipped and removed.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Mapping
from pathlib import Path

from stadig.config.environment import environment

Labels = tuple[tuple[str, str], ...]
Values = Mapping[tuple[str, Labels], float]
"""(metric, labels) → value."""

HELP = {
    "stadig_process_up": ("gauge", "Whether the process runs."),
    "stadig_process_restarts_total": ("counter", "How often the supervisor has started the process again."),
    "stadig_requests_total": ("counter", "Answered requests, by worker, kind of page and status class."),
    "stadig_request_seconds": ("histogram", "Time from request to the last byte handed to the server."),
    "stadig_requests_active": ("gauge", "Requests being answered now."),
    "stadig_streams": ("gauge", "Open event streams."),
    "stadig_jobs": ("gauge", "Background jobs by status."),
    "stadig_job_oldest_seconds": ("gauge", "Age of the oldest job that is due and waits."),
    "stadig_database_up": ("gauge", "Whether the database answered this scrape."),
    "stadig_database_bytes": ("gauge", "Size of the database."),
    "stadig_observations_stored_total": ("counter", "Observations stored, whatever way they came."),
    "stadig_http_observations_total": ("counter", "Observations received over HTTP, by worker: stored, repeated or refused."),
    "stadig_mqtt_messages_total": ("counter", "MQTT messages received from registered devices."),
    "stadig_mqtt_repeated_total": ("counter", "MQTT messages that came more than once."),
    "stadig_mqtt_refused_total": (
        "counter",
        "MQTT messages or values that could not be used, by reason; unknown_device: no one knows the sender.",
    ),
    "stadig_mqtt_missing": ("gauge", "MQTT messages that the devices' sequence numbers say never came."),
    "stadig_mqtt_stored_total": ("counter", "Observations that this run of the subscriber has stored."),
    "stadig_mqtt_acknowledged_total": ("counter", "Messages that this run of the subscriber has acknowledged, after commit."),
    "stadig_mqtt_unacknowledged_seconds": (
        "gauge",
        "Age of the oldest message that the subscriber holds and has not acknowledged.",
    ),
    "stadig_alarms_open": ("gauge", "Open alarms by kind."),
    "stadig_disk_free_bytes": ("gauge", "Free disk where the city keeps its files."),
}


def folder() -> Path:
    path = environment.runtime_dir / "metrics"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def write(process: str, values: Values) -> None:
    """Publish this process's figures under its name; replaces what it published before."""
    rows = [[name, list(labels), value] for (name, labels), value in values.items()]
    path = folder() / f"{process}.json"
    partial = path.with_suffix(f".{os.getpid()}.part")
    with contextlib.suppress(OSError):  # a full disk must not stop the city; the figures are then old
        partial.write_text(json.dumps({"pid": os.getpid(), "at": time.time(), "rows": rows}))
        partial.replace(path)


def forget(process: str) -> None:
    """Remove what a process published."""
    with contextlib.suppress(OSError):
        (folder() / f"{process}.json").unlink(missing_ok=True)


def read() -> dict[tuple[str, Labels], float]:
    """What all living processes of this installation have published."""
    found: dict[tuple[str, Labels], float] = {}
    for path in sorted(folder().glob("*.json")):
        with contextlib.suppress(OSError, ValueError, KeyError):
            said = json.loads(path.read_text())
            if not _alive(said["pid"]):
                path.unlink(missing_ok=True)
                continue
            for name, labels, value in said["rows"]:
                found[name, tuple((key, text) for key, text in labels)] = value
    return found


def render(values: Values) -> str:
    """The text format of Prometheus 0.0.4, metrics in order, each with its help."""
    lines: list[str] = []
    last = ""
    for (name, labels), value in sorted(values.items(), key=lambda item: (_family(item[0][0]), item[0])):
        family = _family(name)
        if family != last:
            kind, text = HELP.get(family, ("untyped", ""))
            lines += [f"# HELP {family} {text}", f"# TYPE {family} {kind}"]
            last = family
        inner = ",".join(f'{key}="{_escape(text)}"' for key, text in labels)
        lines.append(f"{name}{{{inner}}} {value:.15g}" if inner else f"{name} {value:.15g}")
    return "\n".join(lines) + "\n"


def _family(name: str) -> str:
    for suffix in ("_bucket", "_sum", "_count"):
        if name.endswith(suffix) and name.removesuffix(suffix) in HELP:
            return name.removesuffix(suffix)
    return name


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
