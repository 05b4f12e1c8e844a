"""The real server, from outside: pages, limits, event streams, figures, logs, and a database that goes away."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from stadig.config.tests.serving import Running, children, eventually, free_port, started

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def database_url(host: str = "", port: int | str = "") -> str:
    from django.db import connection

    own = connection.settings_dict
    host = host or str(own["HOST"])
    port = port or own["PORT"]
    where, query = (f":{port}", f"?host={quote(host, safe='')}") if host.startswith("/") else (f"{host}:{port}", "")
    return f"postgresql://{quote(own['USER'])}:{quote(own['PASSWORD'], safe='')}@{where}/{own['NAME']}{query}"


class Wire:
    """A wire to the database that can be cut and mended."""

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self.connect = connect
        self.port = free_port()
        self.pairs: list[tuple[socket.socket, socket.socket]] = []
        self.listener: socket.socket | None = None
        self.mend()

    def mend(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def cut(self) -> None:
        assert self.listener
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for one in (end for pair in self.pairs for end in pair):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        self.pairs.clear()

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                near = listener.accept()[0]
                pair = (near, self.connect())
                self.pairs.append(pair)
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    @staticmethod
    def _carry(near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError), near, far:
            while True:
                for ready in select.select([near, far], [], [])[0]:
                    part = ready.recv(65536)
                    if not part:
                        return
                    (far if ready is near else near).sendall(part)


def to_database() -> socket.socket:
    from django.db import connection

    host, port = str(connection.settings_dict["HOST"]), int(connection.settings_dict["PORT"] or 5432)
    if not host.startswith("/"):
        return socket.create_connection((host, port))
    end = socket.socket(socket.AF_UNIX)
    end.connect(f"{host}/.s.PGSQL.{port}")
    return end


@contextlib.contextmanager
def web(folder: Path, url: str, **env: str) -> Iterator[Running]:
    with started(["-m", "stadig.config.web"], folder, DATABASE_URL=url, STADIG_WORKERS="2", **env) as server:
        deadline = time.monotonic() + 40
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if server.get("/health")[0] == 200:
                    break
            assert server.process.poll() is None, server.said()
            time.sleep(0.1)
        yield server


@pytest.fixture(scope="module")
def server(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with web(tmp_path_factory.mktemp("web"), database_url()) as running:
        yield running


def test_health_and_readiness(server):
    assert server.get("/health")[::2] == (200, b"ok\n")
    status, _, body = server.get("/ready")
    assert (status, json.loads(body)) == (200, {"ready": True, "problems": {}})


def test_a_page_and_a_missing_page_come_from_django(server):
    status, headers, body = server.get("/")
    assert status == 200
    assert b"<h1" in body
    assert re.fullmatch(r"[0-9a-f]{12}", headers["x-request-id"])
    status, _, body = server.get("/finns-inte")
    assert status == 404
    assert "Sidan finns inte" in body.decode()


def test_static_files_are_compressed_and_kept_for_a_year(server):
    page = server.get("/")[2].decode()
    style = re.search(r'href="(/static/[^"]+\.css)"', page)
    assert style
    status, headers, _ = server.get(style[1], Accept_Encoding="gzip")
    assert status == 200
    assert headers["content-encoding"] == "gzip"
    assert "immutable" in headers["cache-control"]
    assert server.get("/static/nothing.css")[0] == 404


def test_a_body_that_is_too_large_is_refused_before_it_is_read(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("POST", "/")
    connection.putheader("Content-Length", str(100 * 2**20))
    connection.endheaders()
    answer = connection.getresponse()
    assert answer.status == 413
    assert "för stort" in answer.read().decode()
    connection.close()


def test_a_body_without_a_length_is_cut_at_the_limit(server):
    with socket.create_connection(("127.0.0.1", server.port), 20) as line:
        line.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nAccept: application/json\r\n\r\n")
        block = b"100000\r\n" + b"x" * 0x100000 + b"\r\n"
        with contextlib.suppress(OSError):
            for _ in range(20):
                line.sendall(block)
        assert b" 413 " in line.recv(200)


def test_a_slow_sender_does_not_hold_up_pages(server):
    slow = []
    for _ in range(8):
        line = socket.create_connection(("127.0.0.1", server.port), 20)
        line.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc")
        slow.append(line)
    begun = time.monotonic()
    assert server.get("/")[0] == 200
    assert time.monotonic() - begun < 5
    for line in slow:
        line.close()


@pytest.mark.parametrize("path", ["/?q=\xe5", "/%ff%fe", "/..%2f..%2fetc", "/%00", "/a" * 3000])
def test_odd_addresses_are_never_a_fault_of_ours(server, path):
    with socket.create_connection(("127.0.0.1", server.port), 20) as line:
        line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode("latin-1"))
        status = int(line.recv(200).split()[1])
    assert 400 <= status < 500 or status == 200


def test_figures_are_for_this_machine_alone_and_cover_all_workers(server):
    for _ in range(30):
        server.get("/hjalp")

    def counted() -> int:
        text = server.get("/metrics")[2].decode()
        return sum(map(int, re.findall(r'stadig_requests_total\{worker="\d+",kind="pages",status="2xx"\} (\d+)', text)))

    eventually(lambda: counted() >= 30)  # each worker writes its own once a second
    text = server.get("/metrics")[2].decode()
    assert "stadig_database_up 1" in text
    assert 'stadig_request_seconds_bucket{worker="' in text
    assert server.get("/metrics", X_Forwarded_For="192.0.2.1")[0] == 403, "behind a proxy everyone seems to be this machine"


def test_logs_hold_routes_and_never_what_people_wrote(server):
    who, mail, secret = "19811218-9876", "karin.ek@example.org", "hemlighet-i-sokfaltet"
    server.get(f"/sok?q={quote(secret)}&who={who}", Referer=f"http://localhost/{mail}", User_Agent=f"agent {mail}")
    server.get(f"/{who}/{secret}")
    server.request("POST", "/sok", f"text={secret}+{who}".encode(), Content_Type="application/x-www-form-urlencoded")
    server.request("POST", f"/konto/login/?next=/{secret}", f"login={mail}&password={secret}".encode())
    server.wait_for("stadig.request POST ")
    said = server.said()
    assert "stadig.request GET search 200" in said
    for personal in (who, "198112189876", mail, secret, "127.0.0.1", "/sok"):
        assert personal not in said, f"{personal} was logged"


def open_stream(server: Running, token: str, cookie: str = "") -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=15)
    connection.request("GET", f"/events?token={quote(token)}", headers={"Cookie": cookie, "Accept": "text/event-stream"})
    answer = connection.getresponse()
    answer.connection = connection  # type: ignore[attr-defined]
    return answer


def read_until(stream: http.client.HTTPResponse, text: bytes) -> bytes:
    found = b""
    while text not in found:
        line = stream.readline()
        assert line, f"the stream ended after {found!r}"
        found += line
    return found


def test_news_reach_an_open_page_as_topic_id_and_version(server, transactional_db):
    from stadig.city import live

    stream = open_stream(server, live.token(None, "alarms"))
    assert stream.status == 200
    assert stream.getheader("content-type") == "text/event-stream; charset=utf-8"
    read_until(stream, b"retry")
    live.publish("bins", 1, 1)
    live.publish("alarms", 7, 3)
    said = read_until(stream, b"data:").decode()
    assert json.loads(said.rpartition("data: ")[2]) == {"topic": "alarms", "id": 7, "version": 3}
    stream.close()


def test_a_token_that_is_not_ours_or_has_expired_is_refused(server, transactional_db, monkeypatch):
    from stadig.city import live

    assert open_stream(server, "made-up").status == 403
    assert server.get("/events")[0] == 403
    real = time.time
    monkeypatch.setattr("django.core.signing.time.time", lambda: real() - live.TOKEN_SECONDS - 5)
    old = live.token(None, "alarms")
    monkeypatch.undo()
    assert open_stream(server, old).status == 403


def test_a_token_is_good_only_in_the_session_of_the_user_it_was_made_for(server, transactional_db, client, someone):
    from stadig.city import live

    one, other = someone(), someone()
    token = live.token(one, "alarms")
    assert open_stream(server, token).status == 403, "no session"
    client.force_login(other)
    assert open_stream(server, token, f"stadig_session={client.cookies['stadig_session'].value}").status == 403
    client.force_login(one)
    stream = open_stream(server, token, f"stadig_session={client.cookies['stadig_session'].value}")
    assert stream.status == 200
    stream.close()


def test_each_process_listens_once_however_many_pages_are_open(server, transactional_db):
    from django.db import connection

    from stadig.city import live

    streams = [open_stream(server, live.token(None, "alarms")) for _ in range(10)]
    for stream in streams:
        read_until(stream, b"retry")
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN %%' AND datname = current_database()")
        row = cursor.fetchone()
    assert row
    assert 1 <= row[0] <= 2
    for stream in streams:
        stream.close()


def test_a_killed_worker_is_replaced(server):
    before = children(server.process.pid)
    os.kill(before[0], signal.SIGKILL)

    def replaced() -> bool:
        now = children(server.process.pid)
        return len(now) == len(before) and before[0] not in now

    eventually(replaced)
    assert server.get("/")[0] == 200


def test_a_stop_ends_open_streams_and_leaves_no_process(django_db_setup, tmp_path, transactional_db):
    from stadig.city import live

    with web(tmp_path, database_url()) as server:
        stream = open_stream(server, live.token(None, "alarms"))
        read_until(stream, b"retry")
        workers = children(server.process.pid)
        begun = time.monotonic()
        assert server.stop() == 0
        assert time.monotonic() - begun < 5
        assert not any(Path(f"/proc/{pid}").exists() for pid in workers)


def test_a_database_that_is_away_is_said_plainly_and_recovered_from(django_db_setup, tmp_path, transactional_db):
    wire = Wire(to_database)
    with web(tmp_path, database_url("127.0.0.1", wire.port)) as server:
        from stadig.city import live

        assert server.get("/")[0] == 200
        stream = open_stream(server, live.token(None, "alarms"))
        read_until(stream, b"retry")
        wire.cut()
        status, headers, body = server.get("/konto/login/", Cookie="stadig_session=abcdefghijklmnopqrstuvwxyz012345")
        deadline = time.monotonic() + 10
        while status == 200 and time.monotonic() < deadline:  # this page may not have needed the database
            time.sleep(6)
            status, headers, body = server.get("/", Cookie="stadig_session=abcdefghijklmnopqrstuvwxyz012345")
        assert status == 503
        assert headers["retry-after"] == "30"
        text = body.decode()
        assert "Vi är strax tillbaka" in text
        assert "Traceback" not in text
        assert "psycopg" not in text
        status, headers, body = server.get("/", Accept="application/json")
        assert (status, json.loads(body)["code"]) == (503, 503)
        eventually(lambda: json.loads(server.get("/ready")[2])["problems"].keys() == {"database"})
        assert server.get("/health")[0] == 200
        assert "stadig_database_up 0" in server.get("/metrics")[2].decode()
        wire.mend()
        eventually(lambda: server.get("/ready")[0] == 200)
        assert server.get("/")[0] == 200
        said = read_until(stream, b"data:").decode()
        assert json.loads(said.rpartition("data: ")[2])["id"] == 0, "what was missed is made good: look anew"
        stream.close()
        wire.cut()
