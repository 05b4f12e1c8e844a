"""The verbs with which two people set a riksnorm, or the rules of the calculation: one enters it, another confirms it.

Both are a table with first day, last day and source, and go the same way. ``NORM`` and ``RULES`` say what differs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import PermissionDenied
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from stadig.assistance import access, models, norm, norm_file, rates, rates_file
from stadig.assistance.dated import Entered
from stadig.assistance.errors import AssistanceError
from stadig.assistance.norm import Table
from stadig.assistance.rates import Rates
from stadig.city import audit, clock
from stadig.city.verbs import verb

if TYPE_CHECKING:
    from uuid import UUID

    from stadig.city.models import User

Words = str | Promise


class SettingFault(AssistanceError):
    """Why a riksnorm or a set of rules cannot be changed; the words say what to do."""


class SamePerson(SettingFault):
    """Whoever entered it cannot confirm it."""


class Overlaps(SettingFault):
    """Another one holds for some of the days."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What two people set. ``engine`` has ``read`` and ``plain`` of its table; ``file`` reads one from a file."""

    slug: str
    model: Any
    column: str
    engine: Any
    file: Any
    entered: str
    confirmed: str
    withdrew: str
    is_withdrawn: Words
    is_confirmed: Words
    was_withdrawn: Words
    own: Words
    overlaps: Words

    def table(self, one: Any) -> Any:
        """What a row holds, read."""
        return self.engine.read(getattr(one, self.column))


NORM: Final = Kind(
    "norm",
    models.Norm,
    "table",
    norm,
    norm_file,
    entered="entered a norm",
    confirmed="confirmed a norm",
    withdrew="withdrew a norm",
    is_withdrawn=_("Riksnormen är tillbakadragen. Skriv in den på nytt."),
    is_confirmed=_("Riksnormen är redan bekräftad."),
    was_withdrawn=_("Riksnormen är redan tillbakadragen."),
    own=_("Du skrev själv in riksnormen. Be en kollega läsa den mot källan och bekräfta den."),
    overlaps=_("En annan riksnorm gäller redan %(first)s–%(last)s. Dra tillbaka den först, om den här ska ersätta den."),
)
RULES: Final = Kind(
    "rules",
    models.Rules,
    "values",
    rates,
    rates_file,
    entered="entered rules",
    confirmed="confirmed rules",
    withdrew="withdrew rules",
    is_withdrawn=_("Reglerna är tillbakadragna. Skriv in dem på nytt."),
    is_confirmed=_("Reglerna är redan bekräftade."),
    was_withdrawn=_("Reglerna är redan tillbakadragna."),
    own=_("Du skrev själv in reglerna. Be en kollega läsa dem mot källorna och bekräfta dem."),
    overlaps=_("Andra regler gäller redan %(first)s–%(last)s. Dra tillbaka dem först, om de här ska ersätta dem."),
)


def before(kind: Kind, one: Any) -> Any:
    """The one in force that this one follows or would replace: of those that begin no later, the last. None where there is none."""
    held = kind.model.objects.filter(confirmed_at__isnull=False, withdrawn_at=None, valid_from__lte=one.valid_from)
    return held.exclude(pk=one.pk).order_by("-valid_from").first()


@verb
def enter(by: User, entered: Entered[Table] | Entered[Rates], *, request_id: UUID | None = None) -> Any:
    """Enter a riksnorm or rules with their source. Nothing is computed with them until someone else confirms. Raises PermissionDenied."""
    _may_set(by)
    kind = NORM if isinstance(entered.table, Table) else RULES
    made = kind.model.objects.create(
        valid_from=entered.valid_from,
        valid_to=entered.valid_to,
        source=entered.source,
        entered_by=by,
        entered_at=clock.now(),
        **{kind.column: kind.engine.plain(entered.table)},
    )
    audit.record(by, kind.entered, made)
    return made


@verb
def confirm(by: User, kind: Kind, pk: int, *, request_id: UUID | None = None) -> Any:
    """Confirm what someone else entered: from then on it holds.

    Raises SamePerson; Overlaps where another holds for some of the days; SettingFault when it is confirmed or withdrawn already;
    the model's DoesNotExist; PermissionDenied.
    """
    _may_set(by)
    one = kind.model.objects.select_for_update(of=("self",)).get(pk=pk)
    if one.withdrawn_at:
        raise SettingFault(kind.is_withdrawn)
    if one.confirmed_at:
        raise SettingFault(kind.is_confirmed)
    if one.entered_by_id == by.pk:
        raise SamePerson(kind.own)
    kind.table(one)
    held = kind.model.objects.filter(confirmed_at__isnull=False, withdrawn_at=None)
    if other := held.filter(valid_from__lte=one.valid_to, valid_to__gte=one.valid_from).first():
        raise Overlaps(str(kind.overlaps) % {"first": other.valid_from.isoformat(), "last": other.valid_to.isoformat()})
    one.confirmed_by, one.confirmed_at = by, clock.now()
    one.save(update_fields=["confirmed_by", "confirmed_at"])
    audit.record(by, kind.confirmed, one)
    return one


@verb
def withdraw(by: User, kind: Kind, pk: int, *, request_id: UUID | None = None) -> Any:
    """Take one back: nothing new is computed with it. Kept proposals that used it stand as they were.

    Raises SettingFault when it is withdrawn already; the model's DoesNotExist; PermissionDenied.
    """
    _may_set(by)
    one = kind.model.objects.select_for_update(of=("self",)).get(pk=pk)
    if one.withdrawn_at:
        raise SettingFault(kind.was_withdrawn)
    one.withdrawn_at = clock.now()
    one.save(update_fields=["withdrawn_at"])
    audit.record(by, kind.withdrew, one)
    return one


def _may_set(by: User) -> None:
    if not access.SET_NORMS.held_by(by):
        raise PermissionDenied
