"""Following a case without logging in: its number and a code. The code follows from the case and our key; it is stored nowhere."""

from __future__ import annotations

import hmac
from typing import Final

from stadig.cases.models import Case
from stadig.city import persons

LETTERS: Final = "ACDEFGHJKLMNPQRTUVWXY34679"
"""No letter that is mistaken for another when it is read aloud or written by hand."""
LENGTH: Final = 10


def code_of(case: Case) -> str:
    """The code that shows where the case stands: ten letters and digits in two groups (47 bits)."""
    number = int(persons.opaque(f"follow case {case.pk}"), 16)
    letters = ""
    for _ in range(LENGTH):
        number, one = divmod(number, len(LETTERS))
        letters += LETTERS[one]
    return f"{letters[:5]} {letters[5:]}"


def find(number: str, code: str) -> Case | None:
    """The case with this number, when the code is its own. Spaces, hyphens and small letters do not matter."""
    case = Case.objects.select_related("type").filter(number__iexact=" ".join(number.split())).first()
    given = "".join(code.upper().replace("-", "").split())
    if case is None or not hmac.compare_digest(given.encode(), code_of(case).replace(" ", "").encode()):
        return None
    return case
