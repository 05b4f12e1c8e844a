"""What the benchmark asks with: a database of its own, made-up agencies in a process of their own, a case worker, people and the law."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from stadig.config import postgres
from stadig.config.agencies.testing import Running, running
from stadig.config.bench import CannotMeasure
from stadig.config.environment import CHECKOUT, environment

PURPOSE = "bench"
PEOPLE = 40
"""Test numbers of Skatteverket's that the demo town's people have."""
CODES = ("FK", "AF", "SKV", "PM", "CSN", "SO", "MIV", "TNS")
CONNECTIONS = """
[asker]
organisation_number = "162120009998"
name = "Mätkommunen"

[[connection]]
name = "ssbtek"
contract = "ssbtek-11"
url = "{url}"
agencies = [{codes}]
at_once = 64
ca = "ca.pem"
certificate = "client.pem"
key = "client.key"
[connection.breaker]
failures = 100
"""
"""As in a city, but for the breaker: two in a hundred that fail on purpose, at this pace, are not an agency that is ill."""


@dataclass(frozen=True, slots=True)
class Town:
    """Where the benchmark runs."""

    url: str
    agencies: Running

    def run(self, module: str, *arguments: str, cores: list[int] | None = None) -> Any:
        """What a module of the benchmark printed as JSON, run in a process of its own. Raises CannotMeasure with its last words."""
        env = os.environ | {
            "DATABASE_URL": self.url,
            "STADIG_EXCHANGE": str(self.agencies.folder / "bench.toml"),
            "STADIG_LOG_LEVEL": "warning",
        }
        command = [sys.executable, "-m", f"stadig.config.bench.{module}", *arguments]
        with subprocess.Popen(
            command, env=env, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as process:
            if cores:
                os.sched_setaffinity(process.pid, cores)
            out, error = process.communicate()
        if process.returncode:
            raise CannotMeasure(f"{module} ended with {process.returncode}: {error[-1500:]}")
        return json.loads(out.splitlines()[-1])


@contextlib.contextmanager
def town(profile: str = "calm") -> Iterator[Town]:
    """Everything, until the block ends."""
    with (
        tempfile.TemporaryDirectory(prefix="sd-") as folder,
        database(Path(folder)) as url,
        running(Path(folder) / "agencies", profile=profile) as agencies,
    ):
        connect(agencies)
        this = Town(url, agencies)
        this.run("_exchange_town", "seed")
        yield this


@contextlib.contextmanager
def database(folder: Path) -> Iterator[str]:
    """An embedded database of the benchmark's own, in the shape of the code."""
    folder.chmod(0o755)
    own = postgres.cluster(environment)
    cluster = postgres.Cluster(own.binaries, folder / "pg" / "data", folder / "s", "only for this benchmark", own.user)
    postgres.start(cluster)
    with psycopg.connect(
        cluster.url(), autocommit=True
    ) as connection:  # so that the database itself says when a question was committed
        connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    postgres.stop(cluster)
    postgres.start(cluster)
    try:
        subprocess.run(
            [sys.executable, "-m", "stadig.config.manage", "migrate", "-v0"],
            env=os.environ | {"DATABASE_URL": cluster.url()},
            cwd=CHECKOUT,
            check=True,
        )
        yield cluster.url()
    finally:
        postgres.stop(cluster, mode="immediate")


def connect(agencies: Running) -> None:
    """Write the file that connects all eight agencies through one contract, each asked in a request of its own."""
    codes = ", ".join(f'"{code}"' for code in CODES)
    path = agencies.folder / "bench.toml"
    path.write_text(CONNECTIONS.format(url=agencies.url("ssbtek-11"), codes=codes))


def seed() -> None:
    """A unit, a case worker, people and a law for each agency."""
    from stadig.city import clock, persons
    from stadig.city.demo import TEST_NUMBERS
    from stadig.city.models import Organisation, Person, User
    from stadig.city.personnummer import Personnummer
    from stadig.exchange.models import LegalBasis

    unit = Organisation.objects.create(name="Ekonomiskt bistånd")
    User.objects.create_user("bench", first_name="Kim", last_name="Mätare", is_staff=True, organisation=unit)
    for text in TEST_NUMBERS[:PEOPLE]:
        number = Personnummer(text)
        Person.objects.create(
            given_name="Prov",
            family_name="Person",
            personnummer_hash=persons.hash_of(number),
            personnummer_sealed=persons.seal(number),
        )
    for code in CODES:
        LegalBasis.objects.create(
            purpose=PURPOSE,
            agency=code,
            statute="15 kap. 10 § socialtjänstlagen (2025:400)",
            longest_days=730,
            valid_from=dt.date(2025, 7, 1),
            source="benchmark",
            confirmed_at=clock.real_now(),
        )


if __name__ == "__main__":
    from stadig.config import django

    django.setup()
    seed()
    print("{}")
