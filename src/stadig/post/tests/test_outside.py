"""Calls to other systems: to where they may go, with what was declared, read no longer than we need."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from stadig.post import declared, outside, testing


@pytest.fixture
def inner(settings):
    settings.INNER_NETWORKS = (ip_network("127.0.0.0/8"), ip_network("10.20.0.0/16"))


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1"),  # noqa: S104 - nobody listens
        *(
            "::1",
            "::",
            "fe80::1",
            "fd00::1",
            "::ffff:127.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "2001:0:7f00:1::",
            "ff02::1",
        ),
        *("255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1"),
    ],
)
def test_an_address_that_is_not_public_is_not_called(settings, address):
    settings.INNER_NETWORKS = ()
    assert not outside.may_call(ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2a00:801::1", "::ffff:93.184.216.34"])
def test_a_public_address_is(settings, address):
    settings.INNER_NETWORKS = ()
    assert outside.may_call(ip_address(address))


def test_the_citys_own_network_is_called_when_it_is_named_and_no_other(inner):
    assert outside.may_call(ip_address("10.20.3.4"))
    assert outside.may_call(ip_address("::ffff:10.20.3.4"))
    assert not outside.may_call(ip_address("10.21.0.1"))


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1/", "http://localhost:1/", "http://[::1]:1/", "http://2130706433:1/", "http://0x7f.1:1/"]
)
def test_no_spelling_of_this_machine_gets_through(settings, url):
    settings.INNER_NETWORKS = ()
    with pytest.raises(outside.NotAllowed):
        outside.call("GET", url, headers={})


def test_a_name_that_leads_to_us_is_refused_and_one_that_leads_to_both_too(settings, monkeypatch):
    settings.INNER_NETWORKS = ()
    rows = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("127.0.0.1", 443))]
    monkeypatch.setattr(outside.socket, "getaddrinfo", lambda *_args, **_kwargs: rows)
    with pytest.raises(outside.NotAllowed):
        outside.vetted("rebinding.example", 443, encrypted=True)


def test_a_name_is_looked_up_once_and_the_checked_address_is_called(inner, monkeypatch):
    import socket

    real, asked = socket.getaddrinfo, []

    def look_up(host, port, *args, **kwargs):
        asked.append(host)
        return real("127.0.0.1" if host == "system.example" else host, port, *args, **kwargs)

    with testing.outsider() as system:
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        port = system.url.rpartition(":")[2]
        assert outside.call("POST", f"http://system.example:{port}/x", headers={}, content=b"hej").status == 200
        assert asked.count("system.example") == 1
        assert system.got[0].headers["host"] == f"system.example:{port}"


def test_a_public_address_is_called_encrypted_or_not_at_all(settings):
    settings.INNER_NETWORKS = ()
    with pytest.raises(outside.NotAllowed):
        outside.vetted("93.184.216.34", 80, encrypted=False)


def test_a_redirect_is_not_followed(inner):
    with testing.outsider() as system:
        system.answers, system.headers = [(302, b"", 0)], {"Location": "http://169.254.169.254/"}
        assert outside.call("POST", system.url, headers={}).status == 302
        assert len(system.got) == 1


def test_an_endless_answer_is_cut(inner):
    with testing.outsider() as system:
        system.answers = [(200, b"x" * (outside.MOST_BYTES + 1), 0)]
        with pytest.raises(outside.NoAnswer):
            outside.call("POST", system.url, headers={})


def test_what_is_declared_is_sent_and_what_is_absent_left_out():
    call = declared.read(
        {
            "url": "https://x.example/cases/{number}?q={note}",
            "headers": {"X-Note": "{note}"},
            "body": {"number": "{number}", "count": "{answers.n}", "gone": "{answers.hidden}", "all": ["{answers.rows[].name}"]},
        }
    )
    values = {"number": "GPN 2026/1", "note": "a\r\nX: y", "answers": {"n": 3, "rows": [{"name": "å"}, {}]}}
    filled = declared.filled(call, values)
    assert filled.url == "https://x.example/cases/GPN%202026%2F1?q=a%0D%0AX%3A%20y"
    assert filled.headers == {"X-Note": "a  X: y", "Content-Type": "application/json"}
    assert declared.json.loads(filled.content) == {"number": "GPN 2026/1", "count": 3, "all": [["å"]]}


@pytest.mark.parametrize(
    "wrong",
    [
        *({}, {"url": "ftp://x.example"}, {"url": "https://{host}/x"}, {"url": "https://user:word@x.example/"}),
        *({"url": "https://x.example", "metod": "POST"}, {"url": "https://x.example", "method": "DELETE"}),
        *({"url": "https://x.example", "success": {"status": "ok"}}, {"url": "https://x.example", "oauth2": {"client_id": "x"}}),
    ],
)
def test_a_declaration_that_cannot_be_used_is_refused(wrong):
    with pytest.raises(declared.DeclarationError):
        declared.read(wrong)


def test_a_secret_is_read_from_its_own_file_and_no_other(settings, tmp_path):
    settings.OUTSIDE_KEYS = tmp_path
    (tmp_path / "sms").write_text("hemligt\n")
    assert outside.secret("sms") == "hemligt"
    for name in ("../sms", "annan", "", "sms/x"):
        with pytest.raises(outside.NoSecret):
            outside.secret(name)


def test_client_credentials_are_exchanged_for_a_token(inner, settings, tmp_path):
    settings.OUTSIDE_KEYS = tmp_path
    (tmp_path / "cases").write_text("hemligt")
    with testing.outsider() as system:
        system.answers = [(200, b'{"access_token": "t0k"}', 0), (201, b'{"case": {"id": 42}}', 0)]
        call = declared.read(
            {
                "url": f"{system.url}/cases",
                "body": {"a": "{a}"},
                "number": "case.id",
                "oauth2": {"token_url": f"{system.url}/token", "client_id": "stadig", "secret": "cases", "scope": "write"},
            }
        )
        assert outside.do(call, {"a": 1}, key="case-1") == "42"
        token, case = system.got
        assert token.body == b"grant_type=client_credentials&client_id=stadig&client_secret=hemligt&scope=write"
        assert case.headers["authorization"] == "Bearer t0k"
        assert case.headers["idempotency-key"] == "case-1"


def test_an_answer_without_the_number_we_wait_for_is_no_success():
    call = declared.read({"url": "https://x.example", "number": "id"})
    assert declared.answered(call, 200, b'{"id": 7}') == (True, "7")
    for body in (b"{}", b"null", b'{"id": null}', b'{"id": {}}', b"[" * 100_000, b"\xff"):
        assert declared.answered(call, 200, body) == (False, "")
