"""``stadig user``: the same verbs as the pages, from a terminal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from stadig.city.models import AuditEntry, RoleAssignment, User
from stadig.config.commands import user as command

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _this_database(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextlib.contextmanager
    def already() -> Iterator[None]:
        yield

    monkeypatch.setattr(command.django, "with_city", already)


def stadig_user(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(command.app, list(words))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.output


def test_someone_is_added_with_a_role_and_a_link_and_no_password() -> None:
    code, said = stadig_user("add", "leila", "--first-name", "Leila", "--role", "planner")
    assert code == 0
    assert "/konto/" in said
    assert not User.objects.get(username="leila").has_usable_password()
    assert list(RoleAssignment.objects.values_list("user__username", "role")) == [("leila", "planner")]
    assert AuditEntry.objects.filter(did="gave_role").exists()
    assert "planner" in stadig_user("list")[1]


def test_a_role_that_does_not_exist_names_those_that_do() -> None:
    code, said = stadig_user("add", "leila", "--role", "king")
    assert code == 1
    assert "planner" in said


def test_roles_are_given_and_taken_back() -> None:
    stadig_user("add", "leila")
    assert stadig_user("role", "leila", "crew") == (0, "leila holds crew.\n")
    assert stadig_user("role", "leila", "crew", "--remove") == (0, "leila no longer holds crew.\n")
    assert stadig_user("role", "leila", "crew", "--remove")[0] == 1


def test_someone_is_stopped_and_let_in_again() -> None:
    stadig_user("add", "leila")
    assert stadig_user("disable", "leila")[0] == 0
    assert not User.objects.get(username="leila").is_active
    assert stadig_user("disable", "leila", "--enable")[0] == 0
    assert User.objects.get(username="leila").is_active
    assert stadig_user("disable", "ingen") == (1, "There is no user ingen. See: stadig user list\n")


def test_a_weak_password_is_refused_with_the_rule() -> None:
    stadig_user("add", "leila")
    done = CliRunner().invoke(command.app, ["password", "leila"], input="kort\nkort\n")
    assert done.exit_code == 1
    assert "12" in done.output
    done = CliRunner().invoke(command.app, ["password", "leila"], input="en lång mening\nen lång mening\n")
    assert done.exit_code == 0
    assert User.objects.get(username="leila").check_password("en lång mening")
    assert "lång mening" not in done.output
