"""A case goes to another system: once, whole, acknowledged; and what that system says of it shows as any status."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from stadig.cases import following
from stadig.cases.models import Case
from stadig.city.models import AuditEntry
from stadig.city.roles import Role
from stadig.city.testing import deliver as announce
from stadig.eservices import actions as eservices
from stadig.eservices import published, reading
from stadig.eservices.handing import actions, declaration, delivery, tasks
from stadig.eservices.models import EService, HandOver, Signature, Submission, SystemKey
from stadig.eservices.package import PackageError
from stadig.eservices.tests.conftest import LAMP, PACKAGES
from stadig.files import actions as files
from stadig.post import outside, testing
from stadig.work.models import WorkOrder

STATUSES = {"planned": "assigned", "fixed": "done"}


@pytest.fixture
def handed_to(unit, drafted, settings, tmp_path, monkeypatch):
    """``handed_to({…})`` → a submitted fault in the street whose service is handled where the declaration says."""
    settings.HANDOVER_DIR, settings.OUTSIDE_KEYS = tmp_path / "handover", tmp_path / "keys"
    settings.INNER_NETWORKS = (ip_network("127.0.0.0/8"),)
    (tmp_path / "keys").mkdir()

    def make(how, *, receipt=True):
        service = EService.objects.get(name="street-fault")
        service.local = {"handled_in": "external", "handover": how | {"statuses": statuses_of(service)}}
        service.save()
        case = eservices.submit(None, drafted().pk).case
        if receipt:
            add_receipt(case)
        announce()
        return case

    return make


def statuses_of(service):
    from stadig.eservices import published

    first, *rest = published.of(service.current).case.transitions
    return {"begun": next(one.end for one in (first, *rest) if one.start == published.of(service.current).case.first)}


def add_receipt(case):
    document = case.documents.create(
        number=case.documents.count() + 1, direction="drawn_up", kind="receipt", title="Kvittens", at=case.registered_at
    )
    document.files.add(files.keep(b"%PDF-1.7 kvittens", None, purpose="cases.document", name="kvittens.pdf"))


def run(row, attempts=0):
    """One try of the job; returns the row."""
    with contextlib.suppress(OSError):
        tasks.hand_over.func(SimpleNamespace(job=SimpleNamespace(attempts=attempts)), row.pk)
    row.refresh_from_db()
    return row


def rest(system, **fields):
    return {"to": "rest", "call": {"url": f"{system.url}/cases", "number": "id", "timeout_seconds": 3} | fields}


def test_a_service_that_is_handled_here_is_not_handed_over(drafted):
    eservices.submit(None, drafted().pk)
    announce()
    assert not HandOver.objects.exists()


def test_a_case_is_posted_with_its_receipt_and_gets_the_other_systems_number(handed_to):
    with testing.outsider() as system:
        system.answers = [(201, b'{"id": "A-17"}', 0)]
        case = handed_to(
            rest(
                system,
                body={"ref": "{case.number}", "what": "{answers.what}", "pdf": "{receipt.content}", "no": "{answers.gone}"},
            )
        )
        row = run(HandOver.objects.get())
        assert (row.state, row.number, row.case) == ("acknowledged", "A-17", case)
        (got,) = system.got
        assert json.loads(got.body).keys() == {"ref", "what", "pdf"}
        assert json.loads(got.body)["ref"] == case.number
        assert got.headers["idempotency-key"] == str(row.key)
        run(row)
        tasks.begin_hand_over(case.pk)
        assert len(system.got) == HandOver.objects.count() == 1


@pytest.mark.parametrize("answer", [(503, b"", 0), (201, b'{"id": "A-17"}', 3.4), (201, b"<html>", 0)])
def test_a_system_that_is_down_or_slow_is_asked_again_with_the_same_key(handed_to, answer):
    with testing.outsider() as system:
        system.answers = [answer, (201, b'{"id": "A-17"}', 0)]
        handed_to(rest(system))
        row = run(HandOver.objects.get())
        assert (row.state, row.number) == ("waiting", "")
        assert row.error
        row = run(row, attempts=1)
        assert (row.state, row.number, row.error, row.attempts) == ("acknowledged", "A-17", "", 2)
        assert len({one.headers["idempotency-key"] for one in system.got}) == 1


def test_what_cannot_be_handed_over_waits_for_staff_who_try_again(handed_to, client, someone):
    with testing.outsider() as system:
        system.answers = [(400, b"no", 0), (201, b'{"id": 18}', 0)]
        case = handed_to(rest(system))
        row = run(HandOver.objects.get())
        assert (row.state, row.error) == ("failed", "Refused: answered 400")
        ove = someone(Role.ADMINISTRATOR)
        client.force_login(ove)
        page = client.get("/arbetsplats/overlamning/").content.decode()
        assert case.number in page
        assert "answered 400" in page
        assert "berit@example.se" not in page
        client.post(f"/arbetsplats/overlamning/{row.pk}/igen/")
        row.refresh_from_db()
        assert row.state == "waiting"
        assert run(row).number == "18"
        client.force_login(someone(Role.CASE_WORKER))
        assert client.get("/arbetsplats/overlamning/").status_code == 403


def test_after_the_last_try_it_has_failed(handed_to):
    with testing.outsider() as system:
        system.answers = [(500, b"", 0)]
        handed_to(rest(system))
        assert run(HandOver.objects.get(), attempts=tasks.ATTEMPTS - 1).state == "failed"


def test_what_someone_else_is_to_sign_waits_for_the_signature(handed_to):
    with testing.outsider() as system:
        case = handed_to(rest(system))
        HandOver.objects.all().delete()
        submission = Submission.objects.get(case=case)
        asked = {
            "submission": submission,
            "name": "Yusuf Ali",
            "role": "guardian",
            "digest": submission.digest,
            "asked_at": case.registered_at,
        }
        one = Signature.objects.create(code_hash="1", **asked)
        two = Signature.objects.create(code_hash="2", **asked)
        tasks.begin_hand_over(case.pk)
        for signature, state, over in ((one, "signed", False), (two, "declined", False), (two, "signed", True)):
            signature.state, signature.answered_at = state, case.registered_at
            signature.save()
            tasks.begin_when_signed(case.pk)
            assert HandOver.objects.exists() is over


def test_a_fault_that_another_system_handles_is_no_work_for_our_crews(handed_to):
    with testing.outsider() as system:
        handed_to(rest(system))
        assert HandOver.objects.exists()
        assert not WorkOrder.objects.exists()


def test_a_system_inside_a_network_nobody_named_is_not_called(handed_to, settings):
    with testing.outsider() as system:
        handed_to(rest(system))
        settings.INNER_NETWORKS = ()
        row = run(HandOver.objects.get())
        assert (row.state, row.error) == ("failed", "NotAllowed: not a public address")
        assert not system.got


def test_a_case_waits_for_its_receipt(handed_to):
    with testing.outsider() as system:
        system.answers = [(201, b'{"id": 1}', 0)]
        case = handed_to(rest(system), receipt=False)
        assert run(HandOver.objects.get()).error == "NotYet"
        add_receipt(case)
        assert run(HandOver.objects.get()).number == "1"


def test_files_lie_whole_in_the_folder_the_data_last(handed_to, settings):
    case = handed_to(
        {
            "to": "folder",
            "folder": "street",
            "format": "xml",
            "root": "fault",
            "body": {"number": "{case.number}", "lamp": "{answers.lamp_number}", "danger": "{answers.danger}"},
        }
    )
    assert run(HandOver.objects.get()).state == "sent"
    out = Path(settings.HANDOVER_DIR) / "street" / "out"
    assert sorted(one.suffix for one in out.iterdir()) == [".pdf", ".xml"]
    root = ElementTree.fromstring(next(out.glob("*.xml")).read_bytes())  # noqa: S314 - our own
    assert (root.tag, root.findtext("number"), root.findtext("lamp"), root.findtext("danger")) == (
        "fault",
        case.number,
        "4711",
        "false",
    )


def test_a_status_left_as_a_file_shows_as_any_status(handed_to, settings):
    case = handed_to({"to": "folder", "folder": "street"})
    run(HandOver.objects.get())
    inbox = Path(settings.HANDOVER_DIR) / "street" / "in"
    inbox.mkdir()
    (inbox / "1.json").write_text(json.dumps({"case": case.number, "status": "begun", "number": "A-17"}))
    (inbox / "2.json").write_text("[" * 100_000)
    tasks.read_statuses(0)
    before, row = case.status, HandOver.objects.get()
    case.refresh_from_db()
    assert case.status != before
    assert case.events.filter(kind="status", status=case.status).exists()
    assert (row.state, row.number, row.theirs) == ("acknowledged", "A-17", "begun")
    assert not list(inbox.iterdir())
    assert [one.name for one in (inbox.parent / "refused").iterdir()] == ["2.json"]


def test_a_system_says_the_status_with_its_key(handed_to, client, someone):
    case = handed_to({"to": "folder", "folder": "street"})
    token = actions.make_key(someone(Role.ADMINISTRATOR), "Vägsystemet", "street-fault")

    def say(said, token=token):
        body = said if isinstance(said, str) else json.dumps(said)
        return client.post(
            "/api/e-tjanster/status/", body, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
        )

    good = {"case": case.number, "status": "begun", "number": "A-17"}
    assert say(good, "sth_wrong").status_code == 401
    assert say(good, "").status_code == 401
    assert say("[" * 10_000).status_code == 400
    assert say({"case": 7}).status_code == 400
    assert say(good | {"case": "GPN 2026/99999"}).status_code == 404
    assert say(good | {"status": "strange"}).status_code == 422
    assert say(good).json() == {"case": case.number, "status": Case.objects.get().status, "number": "A-17"}
    events = case.events.count()
    assert say(good).status_code == 200
    assert case.events.count() == events
    assert HandOver.objects.get().state == "acknowledged"
    actions.revoke_key(someone(Role.ADMINISTRATOR), SystemKey.objects.get().pk)
    assert say(good).status_code == 401


def test_mina_sidor_shows_the_other_systems_number_and_that_it_has_told(handed_to, client, someone, at):
    at("2026-11-24T09:00+01:00")
    karin = someone(Role.RESIDENT, first_name="Karin")
    case = handed_to({"to": "folder", "folder": "street", "name": "Vägsystemet <b>Livia</b>"})
    code = {"number": case.number, "code": following.code_of(case)}
    page = client.post(reverse("cases:follow"), code, follow=True).content.decode()
    assert "Vi håller på att lämna över det" in page
    row = run(HandOver.objects.get())
    actions.take_status("street-fault", case.number, status="begun", number="A-17 <script>")
    assert row.state == "sent"
    case.parties.create(role="reporter", person=karin.person)
    client.force_login(karin)
    own = client.get(reverse("cases:my-case", args=[case.pk])).content.decode()
    followed = client.post(reverse("cases:follow"), code, follow=True).content.decode()
    for page in (own, followed):
        assert "Vägsystemet &lt;b&gt;Livia&lt;/b&gt;" in page
        assert "A-17 &lt;script&gt;" in page
        assert "Det sade senast var ärendet står" in page
    assert published.of(EService.objects.get().current).text(f"status.{Case.objects.get().status}.resident") in own


def test_a_key_speaks_for_its_own_service_alone(handed_to, client, someone):
    case = handed_to({"to": "folder", "folder": "street"})
    EService.objects.create(name="other", current=EService.objects.get().current, published_at=case.registered_at)
    token = actions.make_key(someone(Role.ADMINISTRATOR), "Annat", "other")
    said = json.dumps({"case": case.number, "status": "begun"})
    answer = client.post(
        "/api/e-tjanster/status/", said, content_type="application/json", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 404


def test_a_key_is_shown_once_and_only_its_hash_is_kept(client, someone, street_fault):
    client.force_login(someone(Role.ADMINISTRATOR))
    page = client.post("/arbetsplats/overlamning/nyckel/", {"name": "Vägsystemet", "service": "street-fault"}).content.decode()
    token = page.partition("<code>")[2].partition("</code>")[0]
    assert actions.service_of(token) == "street-fault"
    assert token not in client.get("/arbetsplats/overlamning/").content.decode()
    assert AuditEntry.objects.filter(did="made_key").count() == 1


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"to": "pigeon"}, "to"),
        ({"to": "folder", "folder": "../../etc"}, "folder"),
        ({"to": "folder", "folder": "x", "statuses": {"klar": "nowhere"}}, "statuses.klar"),
        ({"to": "folder", "folder": "x", "format": "xml", "body": {"a b": "1"}}, "body"),
        ({"to": "rest", "call": {"url": "x"}}, "call"),
        ({"to": "rest"}, "call"),
        ({"to": "sftp", "sftp": {"host": "x"}}, "sftp"),
        ({"to": "folder", "folder": "x", "password": "y"}, "password"),
    ],
)
def test_a_declaration_that_cannot_work_is_refused_with_its_place(wrong, place):
    with pytest.raises(PackageError) as refused:
        declaration.read(wrong, {"done"})
    assert (refused.value.file, refused.value.place) == ("handover.yaml", place)


def test_the_declaration_may_lie_in_the_package(unit):
    found = dict(reading.load(PACKAGES / "street-fault").files)
    found["service.yaml"] = found["service.yaml"].replace(b"handled_in: stadig", b"handled_in: external")
    with pytest.raises(PackageError):
        declaration.of(reading.read(found))
    found["handover.yaml"] = b"to: folder\nfolder: street\n"
    assert declaration.of(reading.read(found)).folder == "street"


def test_a_text_that_xml_cannot_hold_is_cleaned():
    how = declaration.read(
        {"to": "folder", "folder": "x", "format": "xml", "body": {"t": "{answers.t}", "rows": "{answers.rows}"}}, set()
    )
    root = ElementTree.fromstring(declaration.written(how, {"answers": {"t": "<a>\x00\x0b&", "rows": [{"n": 1}, {"n": 2}]}}))  # noqa: S314 - our own
    assert root.findtext("t") == "<a>&"
    assert [one.findtext("n") for one in root.findall("rows")] == ["1", "2"]


@pytest.fixture
def ssh_server(tmp_path):
    """A server that takes one key, and its own key; its folder is ``tmp_path / "remote"``."""
    asyncssh = pytest.importorskip("asyncssh")
    ours, theirs = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    remote = tmp_path / "remote"
    remote.mkdir()
    loop, ready, found = asyncio.new_event_loop(), threading.Event(), {}

    async def serve():
        found["server"] = await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[theirs],
            authorized_client_keys=asyncssh.import_authorized_keys(ours.export_public_key().decode()),
            sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=str(remote).encode()),
        )
        found["port"] = found["server"].get_port()
        ready.set()

    thread = threading.Thread(target=lambda: (loop.run_until_complete(serve()), loop.run_forever()), daemon=True)
    thread.start()
    assert ready.wait(10)
    yield SimpleNamespace(
        port=found["port"],
        key=ours.export_private_key().decode(),
        host_key=theirs.export_public_key().decode().strip(),
        remote=remote,
        other=asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip(),
    )
    loop.call_soon_threadsafe(found["server"].close)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


def over_ssh(server, settings, **fields):
    (Path(settings.OUTSIDE_KEYS) / "street-ssh").write_text(server.key)
    sftp = {
        "host": "127.0.0.1",
        "port": server.port,
        "user": "stadig",
        "key": "street-ssh",
        "host_key": server.host_key,
        "folder": ".",
    }
    return {"to": "sftp", "sftp": sftp | fields}


def test_files_are_put_over_ssh_and_a_status_is_fetched(handed_to, ssh_server, settings):
    case = handed_to(over_ssh(ssh_server, settings))
    assert run(HandOver.objects.get()).state == "sent"
    assert run(HandOver.objects.get()).attempts == 1
    names = sorted(one.suffix for one in ssh_server.remote.iterdir())
    assert names == [".json", ".pdf"]
    assert json.loads(next(ssh_server.remote.glob("*.json")).read_bytes())["answers"] == LAMP
    (ssh_server.remote / "in").mkdir()
    (ssh_server.remote / "in" / "a.json").write_text(json.dumps({"case": case.number, "status": "begun"}))
    tasks.read_statuses(0)
    assert HandOver.objects.get().theirs == "begun"
    assert not list((ssh_server.remote / "in").iterdir())


def test_a_server_with_another_key_gets_nothing(handed_to, ssh_server, settings):
    handed_to(over_ssh(ssh_server, settings, host_key=ssh_server.other))
    row = run(HandOver.objects.get())
    assert (row.state, row.error) == ("waiting", "NoAnswer: HostKeyNotVerifiable")
    assert not list(ssh_server.remote.iterdir())


def test_a_file_that_is_still_checked_is_waited_for(handed_to):
    case = handed_to({"to": "folder", "folder": "street"})
    received = case.documents.get(number=1)
    received.files.create(purpose="cases.document", name="a.jpg", content_type="image/jpeg", size=1, stored_at=case.registered_at)
    with pytest.raises(delivery.NotYet):
        actions.hand_over(HandOver.objects.get().pk)
    assert issubclass(delivery.NotYet, OSError)
    assert not issubclass(delivery.NotYet, outside.OutsideError)
