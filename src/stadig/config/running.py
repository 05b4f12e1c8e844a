"""A whole city on one machine: the database, then every process, until it is asked to stop."""

from __future__ import annotations

import contextlib
import gc
import http.client
import os
import runpy
import socket
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from importlib.util import find_spec

from stadig.config import postgres, supervisor, web, worker
from stadig.config.environment import environment
from stadig.config.faults import Fault
from stadig.config.supervisor import Process, Supervisor

START_SECONDS = 30


class PortTaken(Fault):
    """Another program listens where this city would. The message says what to do."""


def run(say: Callable[[str], None], *, before: Callable[[], None] | None = None, ready: Callable[[], None] | None = None) -> None:
    """Run the city until SIGTERM or Ctrl-C.

    ``before`` is called when the database has its shape (the demo seeds there), ``ready`` when the first page answers.

    Raises
    ------
    AlreadyRunning, PortTaken, DatabaseFault
        It could not start; the message says what to do.
    """
    gc.disable()  # nothing that is loaded now is garbage; seeding, which makes much of it, comes after
    with supervisor.only_one(environment.runtime_dir) as record:
        refuse_taken_port(environment.host, environment.port)
        with database_and_django():
            gc.enable()
            from django.db import connections

            from stadig.config import prepare

            prepare.migrate(say)
            prepare.build_assets(say)
            connections.close_all()
            if before:
                apart(before)
            if environment.demo:
                from stadig.config.agencies import town

                town.prepare()
            _preload()
            city = Supervisor(processes(), say=say, record=record)
            city.run(_announcer(say, ready))


class NotPrepared(Fault):
    """What had to be done before the processes start did not succeed. The message says what."""


def apart(work: Callable[[], None]) -> None:
    """Do ``work`` in a process of its own and wait for it. A fault there is raised here, with its message.

    Libraries that it uses may start threads (typst does, for the first document). A process forked afterwards has what
    those threads left behind, but not the threads, and waits for them for ever: so the one that all are forked from never does such work.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            supervisor.die_with_parent()
            os.close(reader)
            work()
            code = 0
        except Fault as fault:
            os.write(writer, str(fault).encode()[:4000])
        except KeyboardInterrupt:
            code = 130
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)  # nothing of the parent's is to be ended here: it holds the lock and the database
    os.close(writer)
    with os.fdopen(reader, "rb") as said:
        message = said.read().decode()
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == 130:
        raise KeyboardInterrupt
    if code:
        raise NotPrepared(message or "The start was not prepared: what went wrong stands above. Nothing has been started.")


def processes() -> list[Process]:
    """Every process of the city, in the order they start. Those of rooms that are not installed are left out."""
    found = []
    if not environment.mqtt_url:
        found.append(("broker", "stadig.sensing.mqtt.broker", True))
    found.append(("subscriber", "stadig.config.subscriber", False))
    if environment.demo and not environment.oidc_url:
        found.append(("identity", "stadig.config.identity", False))
    if environment.demo:
        found.append(("driver", "stadig.config.driver", False))
        found.append(("case system", "stadig.config.standin", False))
    listed = [Process(name, _module(module), last) for name, module, last in found if _exists(module)]
    if environment.demo:
        listed.append(Process("agencies", _agencies))
    return [Process("web", web.serve, first=True), *listed, Process("worker", worker.run)]


def _agencies() -> None:
    from stadig.config.agencies import town

    town.main()


def refuse_taken_port(host: str, port: int) -> None:
    """Raise PortTaken with plain advice when another program listens there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError:
            raise PortTaken(f"Port {port} needs more rights. Choose one above 1023, for example: --port 8000") from None
        except OSError:
            raise PortTaken(f"Port {port} is used by another program. Choose another, for example: --port {port + 1}") from None


@contextlib.contextmanager
def database_and_django() -> Iterator[None]:
    """Django loaded while the embedded database starts. Leaving stops the database if no one else uses it."""
    from stadig.config import django

    if environment.database_url:
        django.setup()
        yield
        return
    failure: list[BaseException] = []

    def start() -> None:
        try:
            postgres.start()
        except BaseException as fault:
            failure.append(fault)

    beside = threading.Thread(target=start)
    beside.start()
    try:
        django.setup()
    finally:
        beside.join()
    if failure:
        raise failure[0]
    try:
        yield
    finally:
        from django.db import connections

        connections.close_all()
        postgres.stop_if_unused()


def _preload() -> None:
    """Load what the processes need before they are forked, so that they share it."""
    import granian.server
    from django.urls import get_resolver

    import stadig.config.asgi  # noqa: F401

    get_resolver()._populate()
    _ = granian.server


def _module(name: str) -> Callable[[], object]:
    return lambda: runpy.run_module(name, run_name="__main__", alter_sys=True)


def _exists(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _announcer(say: Callable[[str], None], ready: Callable[[], None] | None) -> Callable[[], bool]:
    """A function that says the address when the first answer has come, and then returns True."""
    deadline = time.monotonic() + START_SECONDS

    def look() -> bool:
        if answers("/health"):
            answers("/")  # the first page reads its templates: nobody should have to wait for that
            say(f"Ready at {address()}  (Ctrl-C stops everything)")
            if ready:
                ready()
            return True
        if time.monotonic() < deadline:
            return False
        say(f"The web server has not answered on {address()} within {START_SECONDS} s. Its messages stand above.")
        return True

    return look


def answers(path: str) -> bool:
    """Whether our own web server answers 200 on a path."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(environment.host, environment.host)  # noqa: S104
    connection = http.client.HTTPConnection(host, environment.port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def address() -> str:
    """Where a person opens the city."""
    return (
        environment.public_url
        or f"http://{'localhost' if environment.host == '127.0.0.1' else environment.host}:{environment.port}/"
    )
