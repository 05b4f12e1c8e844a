"""Submitting: what someone filled in becomes a case, once, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from stadig.cases import access as case_access
from stadig.cases import actions as cases
from stadig.cases import numbering
from stadig.cases.models import Channel
from stadig.city import audit, clock
from stadig.city.verbs import verb
from stadig.eservices import access, checking, drafts, flow, gained, parties, published, rated, tallies
from stadig.eservices.actions import signatures
from stadig.eservices.models import Draft, DraftFile, Submission, Tally
from stadig.eservices.package import Package
from stadig.eservices.signing import digest
from stadig.files import actions as files
from stadig.geo import districts

if TYPE_CHECKING:
    from stadig.city.models import User
    from stadig.files.models import StoredFile


class NotComplete(Exception):
    """The form lacks answers or holds wrong ones. Nothing was submitted; ``faults`` say which answers and why."""

    def __init__(self, faults: tuple[checking.Fault, ...]) -> None:
        super().__init__(f"{len(faults)} answers are missing or wrong: {', '.join(fault.path for fault in faults)}")
        self.faults = faults


class NotYours(Exception):
    """The draft belongs to someone else, or the service needs a log-in. Log in as the one who began it."""


@verb
def submit(by: User | None, draft_id: UUID, *, request_id: UUID | None = None) -> Submission:
    """Submit a draft: one case with its number, the received document and its clocks; the draft is gone.

    One draft is one submission: a double click, another tab or a retry after a crash gets the first one. A draft that is known
    by its code alone may be submitted by whoever holds it; the page has asked for the code.

    Raises
    ------
    NotComplete
        Answers are missing or wrong.
    NotYours
        Someone else began the draft, or the service asks for a log-in and nobody is logged in.
    Draft.DoesNotExist
        It has been thrown away, and was never submitted.
    """
    drafted = Draft.objects.select_for_update(of=("self",)).select_related("version__case_type", "person", "staff")
    draft = (
        drafted.defer("version__archive", "version__case_type__definition").filter(pk=draft_id).first()
    )  # waits for the click before this one
    if draft is None:
        return _submitted(draft_id)
    _check_owner(by, draft)
    version, opened, today = draft.version, drafts.contents(draft), clock.today()
    package = published.of(version)
    if package.about.login and draft.channel == Channel.WEB and draft.person_id is None and draft.staff_id is None:
        raise NotYours
    state = flow.evaluate(package, opened.answers, today=today)
    if faults := checking.errors(package, state, today=today):
        raise NotComplete(faults)
    place, signers = _place(package, state), parties.signers(package, state, today=today)
    case = cases.begin(
        by,
        version.case_type,
        title=title_of(package, state.answers),
        channel=draft.channel,
        answers=state.answers,
        parties=parties.parties(package, state, draft.person, opened, today=today),
        status=package.case.signing["waiting"] if signers and package.case.signing else "",
        files=_keep_files(by, draft, package, state),
        place=place,
        district=districts.at(*place) if place else None,
        source=f"draft:{draft.pk}",
        language=draft.language,
    )
    submission = Submission.objects.create(
        id=draft.pk,
        version=version,
        case=case,
        channel=draft.channel,
        language=draft.language,
        digest=digest(state.answers),
        submitted_at=case.registered_at,
        staff=draft.staff,
    )
    draft.delete()
    from stadig.eservices.tasks import make_receipt

    make_receipt.defer(submission=str(submission.pk))
    numbering.give(case)  # from here until the end everyone else in the series waits
    gained.record(package, case)
    tallies.count(
        version.name, Tally.Kind.SUBMITTED, submission.channel, band=rated.band_of(draft.person)
    )  # a row that all who submit the service today share
    signatures.ask(submission, package, state, signers)
    audit.record(by, "registered", case)
    audit.record(by, "submitted", submission, case=case.pk)
    return submission


def title_of(package: Package, answers: Mapping[str, Any]) -> str:
    """What the case is called in lists and the diary, in Swedish: the service, and the kind of fault. Never what someone wrote."""
    named = str((package.case.work or {}).get("title", ""))
    chosen = flow.get(answers, named) if named else None
    if chosen is None or package.question(named).kind != "choice":
        return package.text("service.short") or package.text("service.title")
    label = package.text(f"question.{package.question(named).key}.option.{chosen}")
    return f"{package.text('service.short') or package.text('service.title')}: {label}"


def _submitted(draft_id: UUID) -> Submission:
    found = Submission.objects.filter(pk=draft_id).first()
    if found is None:
        raise Draft.DoesNotExist
    return found


def _check_owner(by: User | None, draft: Draft) -> None:
    if draft.staff_id is not None:
        mine = by is not None and by.pk == draft.staff_id
    else:
        mine = draft.person_id is None or (by is not None and by.person_id == draft.person_id)
    if not mine:
        raise NotYours


def _place(package: Package, state: flow.State) -> tuple[float, float] | None:
    """Lon and lat of the first place that was pointed out."""
    for question in package.flow.questions():
        value = flow.get(state.answers, question.path) if question.kind == "place" and "[]" not in question.path else None
        if isinstance(value, Mapping) and "lon" in value and "lat" in value:
            return float(value["lon"]), float(value["lat"])
    return None


def _keep_files(by: User | None, draft: Draft, package: Package, state: flow.State) -> list[StoredFile]:
    """The draft's files that visible answers name, kept as long as the case; the others are erased with the next sweep."""
    named = {
        str(one)
        for question in package.flow.questions()
        if question.kind == "file"
        for one in _values(question.path, state)
        if one
    }
    if not named:
        return []
    sent = DraftFile.objects.filter(draft=draft).values_list("file_id", flat=True)
    return files.hand_over(
        by, [one for one in sent if str(one) in named], purpose=access.WORK_PHOTOS if package.case.work else case_access.FILES
    )


def _values(path: str, state: flow.State) -> Iterable[Any]:
    """Every answer to a question, those in all rows of a repeated group too, one file at a time."""
    group, inside, rest = path.partition("[].")
    found = flow.get(state.answers, group)
    rows = [flow.get(row, rest) for row in found or []] if inside else [found]
    for value in rows:
        yield from value if isinstance(value, list) else [value]
