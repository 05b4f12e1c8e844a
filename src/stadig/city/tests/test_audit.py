"""The audit chain: whole, and silent about those whose data are destroyed."""

from __future__ import annotations

import json
import threading

import pytest
from django.db import ProgrammingError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stadig.city import actions, audit, audit_chain, erasure
from stadig.city.models import AuditEntry, AuditReason, Person, User
from stadig.city.roles import Role
from stadig.city.testing import traces
from stadig.city.verbs import verb


@pytest.fixture
def heads():
    return audit_chain.head_file()


def tamper(statement: str, *values: object) -> None:
    """What someone with every right in the database, but without the key, could do."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE city_auditentry DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE city_auditentry ENABLE TRIGGER USER")


@pytest.fixture
def chain(db, heads, someone) -> User:
    chief = someone(Role.ADMINISTRATOR)
    for number in range(8):
        audit.record(chief, "read", ("waste.bin", number), reason="Skäl" if number % 2 else "", district=3)
    assert audit_chain.append_head() == 8
    return chief


def test_an_untouched_log_is_whole(chain):
    found = audit_chain.verify()
    assert found.whole
    assert (found.entries, found.heads, found.proven) == (8, 1, 8)


def test_a_head_is_added_only_when_the_log_has_grown(chain, heads):
    assert audit_chain.append_head() is None
    audit.record(chain, "read", ("waste.bin", 9))
    assert audit_chain.append_head() == 9
    assert [head["position"] for head in audit_chain.read_heads(heads)] == [8, 9]
    assert heads.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("statement", ["UPDATE city_auditentry SET did = 'x'", "DELETE FROM city_auditentry"])
def test_the_database_itself_refuses_changes(chain, statement):
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


FIELDS = {
    "at": "at + interval '1 second'",
    "actor": "'user:99'",
    "did": "'x'",
    "what": "'x'",
    "what_id": "'x'",
    "ids": "'{}'",
    "reason_mac": "'x'",
}


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("position", [1, 4, 8])
def test_every_field_of_every_row_is_bound(chain, field, position):
    tamper(f"UPDATE city_auditentry SET {field} = {FIELDS[field]} WHERE position = %s", position)  # noqa: S608 – our own
    assert not audit_chain.verify().whole


@pytest.mark.parametrize("position", range(1, 9))
def test_a_removed_row_is_missed_wherever_it_stood(chain, position):
    tamper("DELETE FROM city_auditentry WHERE position = %s", position)
    assert not audit_chain.verify().whole


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.permutations(range(1, 9)))
def test_rows_in_another_order_are_found(chain, order):
    point = transaction.savepoint()
    tamper("UPDATE city_auditentry SET position = position + 100")
    for place, was in enumerate(order, 1):
        tamper("UPDATE city_auditentry SET position = %s WHERE position = %s", place, was + 100)
    assert audit_chain.verify().whole == (list(order) == list(range(1, 9)))
    transaction.savepoint_rollback(point)


def test_a_chain_rebuilt_without_the_key_is_found(chain, settings):
    rows = list(AuditEntry.objects.order_by("position").values_list("did", "what", "what_id"))
    tamper("DELETE FROM city_auditentry")
    tamper("UPDATE city_audithead SET position = 0, link = ''")
    real, settings.AUDIT_KEY = settings.AUDIT_KEY, "another key"
    for did, what, what_id in rows:
        audit.record(chain, did, (what, what_id))
    settings.AUDIT_KEY = real
    assert not audit_chain.verify().whole


def test_a_chain_rebuilt_even_with_the_key_does_not_meet_the_heads_outside(chain):
    tamper("DELETE FROM city_auditentry")
    tamper("UPDATE city_audithead SET position = 0, link = ''")
    for number in range(8):
        audit.record(chain, "read", ("waste.bin", number + 100))
    assert any("huvudet" in fault for fault in audit_chain.verify().faults)


def test_a_forged_head_is_not_believed(chain, heads):
    lines = heads.read_text().splitlines()
    head = json.loads(lines[0]) | {"position": 7}
    heads.write_text(json.dumps(head) + "\n")
    assert not audit_chain.verify().whole


def test_a_changed_reason_is_found_and_an_erased_one_is_allowed(chain):
    AuditReason.objects.filter(position=2).delete()
    assert audit_chain.verify().whole
    AuditReason.objects.filter(position=4).update(text="Ett annat skäl")
    assert not audit_chain.verify().whole


def test_what_a_verb_that_fails_did_is_not_in_the_log(chain):
    @verb
    def half(by):
        audit.record(by, "tried", by)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        half(chain)
    assert not AuditEntry.objects.filter(did="tried").exists()
    audit.record(chain, "after", chain)
    assert audit_chain.verify().whole


@pytest.mark.django_db(transaction=True)
def test_verbs_at_the_same_time_make_one_chain(heads):
    chief = User.objects.create_user("chef", is_staff=True)
    faults: list[BaseException] = []

    @verb
    def note(by, number):
        audit.record(by, "noted", ("test.thing", number))

    def many(start: int) -> None:
        try:
            for number in range(start, start + 25):
                note(chief, number)
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=many, args=(1000 * number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert audit_chain.verify().whole
    assert AuditEntry.objects.filter(did="noted").count() == 75


def test_a_destroyed_person_leaves_a_whole_chain_and_no_byte(db, heads, someone):
    from stadig.city.personnummer import luhn

    nine = "461130240"
    number = f"19{nine}{luhn(nine)}"
    clerk = someone(Role.CASE_WORKER)
    person = actions.register_person(
        None,
        given_name="Vendelina",
        family_name="Quistgaard",
        personnummer=number,
        address="Fyrvaktargränd 77",
        email="vq@example.se",
    )
    user = User.objects.create_user("eid-vq", person=person, first_name="Vendelina", last_name="Quistgaard")
    actions.reveal_person(clerk, person.pk, "Vendelina Quistgaard har ringt om sitt ärende")
    audit.record(user, "read", person)
    sealed, hashed = bytes(person.personnummer_sealed).decode(), person.personnummer_hash
    pseudonym = str(person.pseudonym.value)
    words = ("Vendelina", "Quistgaard", "Fyrvaktargr", "vq@example.se", number, number[2:], sealed, hashed)
    assert traces(*words)
    erasure.destroy_person(None, person.pk)
    assert traces(*words) == []
    assert traces(pseudonym) == ["city_auditentry"]
    assert not Person.objects.exists()
    assert audit_chain.verify().whole


def test_the_log_speaks_words_and_an_unknown_verb_is_shown_as_it_is():
    from stadig.city import audit_words

    assert audit_words.words("emptied") == "Tömde"
    assert audit_words.words("closed as done") == "Avslutade"
    assert audit_words.words("danced") == "danced"
