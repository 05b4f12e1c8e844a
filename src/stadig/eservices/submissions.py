"""A submission with its case, read for jobs in one plain statement: the version it followed, the case's type and district."""

from __future__ import annotations

from typing import Any, Final

from django.db import connection

from stadig.cases.models import Case, CaseType
from stadig.city import plain
from stadig.city.models import District
from stadig.eservices.models import PackageVersion, Submission

WITHOUT: Final[dict[Any, tuple[str, ...]]] = {
    PackageVersion: ("archive",),
    CaseType: ("definition",),
    District: ("geometry", "population"),
}
"""What is large, and read once per process elsewhere."""
SQL: Final = f"""
SELECT {plain.columns(Submission, "s")}, {plain.columns(PackageVersion, "v", *WITHOUT[PackageVersion])},
    {plain.columns(Case, "c")}, {plain.columns(CaseType, "kind", *WITHOUT[CaseType])},
    {plain.columns(District, "place", *WITHOUT[District])}
FROM eservices_submission s
JOIN eservices_packageversion v ON v.id = s.version_id
JOIN cases_case c ON c.id = s.case_id
JOIN cases_casetype kind ON kind.id = c.type_id
LEFT JOIN city_district place ON place.id = c.district_id
WHERE """  # noqa: S608 - the names are those of our own columns


def of_case(case_id: int | None) -> Submission | None:
    """What the case came from; None for one that came in otherwise."""
    return _read("s.case_id = %s", case_id)


def locked(submission_id: object) -> Submission:
    """The submission, held until the transaction ends. Raises Submission.DoesNotExist."""
    found = _read("s.id = %s FOR UPDATE OF s", submission_id)
    if found is None:
        raise Submission.DoesNotExist
    return found


def _read(where: str, value: object) -> Submission | None:
    with connection.cursor() as cursor:
        cursor.execute(SQL + where, [value])  # pyright: ignore[reportArgumentType]
        found = cursor.fetchone()
    if found is None:
        return None
    row = iter(found)
    one: Any = plain.made(Submission, row)
    one.version = plain.made(PackageVersion, row, *WITHOUT[PackageVersion])
    case: Any = plain.made(Case, row)
    case.type = plain.made(CaseType, row, *WITHOUT[CaseType])
    case.district = plain.made(District, row, *WITHOUT[District])
    one.case = case
    return one
