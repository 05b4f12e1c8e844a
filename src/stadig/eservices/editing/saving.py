"""How a page of the editor saves: what was typed is kept whatever happens, and who changed something meanwhile is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from stadig.eservices.editing import actions
from stadig.eservices.editing.done_words import What
from stadig.eservices.editing.errors import EditError
from stadig.eservices.editing.opening import Opened
from stadig.ui import formatting

Files = Mapping[str, bytes]

SAYS: Final[Mapping[str, Any]] = {
    "cannot_write": gettext_lazy("Det går inte att skriva det där utan att skada resten av filen. Ändra i filen för hand."),
    "no_place": gettext_lazy("Det du ändrar finns inte längre. Gå tillbaka till översikten."),
    "unknown": gettext_lazy("Det du ändrar finns inte längre. Någon kan ha tagit bort det. Gå tillbaka till översikten."),
    "taken": gettext_lazy("Det finns redan något som heter så. Välj ett annat namn."),
    "wrong": gettext_lazy("Det värdet går inte att använda här. Välj ett annat."),
    "empty": gettext_lazy("Skriv något. Fältet får inte vara tomt."),
    "last": gettext_lazy("Det här är den enda. Lägg till en ny först."),
    "unreadable": gettext_lazy("Ändringen skulle göra att tjänsten inte går att läsa. Den sparades inte."),
    "not_open": gettext_lazy("Den här ändringen är publicerad eller kastad. Börja en ny under Bygg tjänster."),
    "read_by": gettext_lazy("Något annat beror på det: %(readers)s. Ändra eller ta bort det först."),
    "never_opens": gettext_lazy("Den här typen kan inte stå bland frågor som upprepas. Välj en annan typ."),
}


class Trouble(NamedTuple):
    """Why nothing was saved. ``meanwhile`` is whether the same may be sent again as it stands."""

    text: str
    meanwhile: bool = False


def change(request: HttpRequest, opened: Opened, edit: Callable[[Files], Files], what: What) -> Trouble | None:
    """Make an edit; None when it is saved. The revision is the one that the page was drawn with."""
    sent = request.POST.get("revision", "")
    revision = int(sent) if sent.isdigit() else opened.edition.revision
    user: Any = request.user
    try:
        actions.change(user, opened.pk, revision, edit, what)
    except actions.ChangedMeanwhile as error:
        return Trouble(meanwhile(error), meanwhile=True)
    except EditError as error:
        return Trouble(words(error, opened))
    return None


def meanwhile(error: actions.ChangedMeanwhile) -> str:
    """Who changed it and when."""
    return _("%(who)s ändrade tjänsten %(when)s, medan du skrev. Det du skrev står kvar här. Spara igen om det ska gälla.") % {
        "who": error.who,
        "when": formatting.clock(error.when),
    }


def words(error: EditError, opened: Opened) -> str:
    """Why an edit is not made, and what to do."""
    return str(SAYS[error.kind]) % {"readers": _readers(error.values.get("readers"), opened)}


def _readers(readers: Any, opened: Opened) -> str:
    names = [readers] if isinstance(readers, str) else list(readers or ())
    return formatting.list_of([_named(str(one), opened) for one in names])


def _named(path: str, opened: Opened) -> str:
    for step in opened.package.flow.steps:
        if path == f"step.{step.id}":
            return f"”{opened.text(f'step.{step.id}.title')}”"
    label = opened.text(f"question.{path.replace('[]', '')}.label") or opened.text(path)
    return f"”{label}”" if label else path
