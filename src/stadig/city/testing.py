"""What tests of every room need: people with roles, and events delivered at once."""

from __future__ import annotations

import base64
import itertools
import json
import uuid
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection
from psycopg import sql

from stadig.city import outbox
from stadig.city.models import District, Organisation, Person, RoleAssignment, User
from stadig.city.roles import Role

_number = itertools.count(1)


def someone(*roles: Role, organisation: Organisation | None = None, district: District | None = None, **fields: Any) -> User:
    """A user who holds the roles. ``Role.RESIDENT`` gives them a person."""
    number = next(_number)
    username = fields.pop("username", f"test{number}")
    values: dict[str, Any] = {"first_name": "Kim", "last_name": f"Test{number}"} | fields
    if Role.RESIDENT in roles and "person" not in values:
        values["person"] = Person.objects.create(given_name=values["first_name"], family_name=values["last_name"])
    staff = [role for role in roles if role != Role.RESIDENT]
    user = User.objects.create_user(username, is_staff=bool(staff), organisation=organisation, **values)
    RoleAssignment.objects.bulk_create(
        RoleAssignment(user=user, role=role, organisation=organisation, district=district) for role in staff
    )
    return user


def deliver(limit: int = 1000) -> int:
    """Run the handlers of all events announced so far, and of those they announce; returns how many ran."""
    ran = 0
    for _ in range(limit):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, task_name, args::text FROM procrastinate_jobs WHERE status = 'todo' AND task_name LIKE 'event:%%' "
                "ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
            )
            job = cursor.fetchone()
            if job is None:
                return ran
            job_id, task, text = job
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job_id])
        _, name, *keys = task.split(":", 2)
        args = json.loads(text)
        for key in keys or outbox.handlers(name):
            ran += outbox.handle(key, outbox.handlers(name)[key], uuid.UUID(args["event"]), args["ids"])
    raise AssertionError("Events announce each other without end.")


def traces(*needles: str) -> list[str]:
    """The tables in which any of the texts stands, in clear, as bytes or inside a session; the whole database is read."""
    found: list[str] = []
    forms = [
        form for text in needles for form in (text, text.encode().hex(), base64.b64encode(text.encode()).decode().rstrip("="))
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
        )
        for (table,) in cursor.fetchall():
            query = sql.SQL("SELECT 1 FROM {} AS t WHERE t::text ILIKE ANY(%s) LIMIT 1").format(sql.Identifier(table))
            cursor.execute(query, [[f"%{form}%" for form in forms]])  # pyright: ignore[reportArgumentType]
            if cursor.fetchone():
                found.append(table)
    for session in Session.objects.all():
        if any(text.casefold() in str(session.get_decoded()).casefold() for text in needles):
            found.append("django_session")
    return found
