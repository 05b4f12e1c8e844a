"""What is stored about cases: the case, who it concerns, every document in it, what was said, decided and promised.

A case follows a *case type* in one version; a later version of the type changes nothing for cases that have begun.
"""

from __future__ import annotations

from collections.abc import Callable

import pgtrigger
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from stadig.cases.desk_models import BulletinNotice, DestroyedCase  # noqa: F401 - theirs is a file of its own
from stadig.city.models import District, Organisation, Person
from stadig.files.models import StoredFile


class Group(models.TextChoices):
    """What a status means to everyone, whatever a service calls it."""

    NEW = "new", _("Ny")
    OPEN = "open", _("Pågår")
    APPLICANT = "applicant", _("Väntar på den sökande")
    OTHERS = "others", _("Väntar på andra")
    CLOSED = "closed", _("Avslutad")


class Channel(models.TextChoices):
    """How something came in."""

    WEB = "web", _("Webb")
    ASSISTED = "assisted", _("Med hjälp")
    PAPER = "paper", _("Papper")
    PHONE = "phone", _("Telefon")
    EMAIL = "email", _("E-post")
    VISIT = "visit", _("Besök")
    API = "api", _("Annat system")


class CaseType(models.Model):
    """One kind of case in one version. ``definition`` holds statuses, transitions, deadlines, decisions and texts as plain data
    (:mod:`stadig.cases.definition`); rooms above hand it in with ``actions.define``."""

    class File(models.TextChoices):
        CASE = "case", _("Ärende")
        PERSONAL = "personakt", _("Personakt")

    slug = models.SlugField(max_length=60)
    digest = models.CharField(max_length=64, help_text="identity of the version")
    file = models.CharField(max_length=12, choices=File.choices, default=File.CASE)
    series = models.CharField(max_length=6)
    committee = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    committee_id: int
    unit_id: int
    confidentiality = models.CharField(max_length=120, blank=True, help_text="statute, when cases of this type begin marked")
    definition = models.JSONField()
    defined_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="case_type_version", fields=["slug", "digest"])]

    def __str__(self) -> str:
        return f"{self.slug} {self.digest[:8]}"


class Series(models.Model):
    """The last number given in one committee's series in one year. Its row is locked while a number is given: no gaps."""

    committee = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    code = models.CharField(max_length=6)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="case_series_once", fields=["committee", "code", "year"])]

    def __str__(self) -> str:
        return f"{self.code} {self.year}"


class Case(models.Model):
    """One errand, from what came in to what was decided and filed."""

    type = models.ForeignKey(CaseType, models.PROTECT, related_name="cases")
    series = models.ForeignKey(Series, models.PROTECT, related_name="cases")
    sequence = models.PositiveIntegerField()
    number = models.CharField(max_length=24, unique=True, help_text="such as GPN 2026/00042")
    title = models.CharField(max_length=200)
    status = models.SlugField(max_length=40, allow_unicode=True)
    group = models.CharField(max_length=10, choices=Group.choices)
    committee = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="cases")
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="cases")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    confidentiality = models.CharField(max_length=120, blank=True, help_text="statute; empty is public")
    subject_secret = models.BooleanField(default=False, help_text="the public diary masks sender and subject")
    district = models.ForeignKey(District, models.SET_NULL, null=True, blank=True)
    district_id: int | None
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    registered_at = models.DateTimeField()
    status_since = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True, help_text="the nearest deadline not met")
    closed_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=80, unique=True, null=True, blank=True, help_text="what made it: once, whatever happens")
    search_text = models.TextField(blank=True, help_text="number, title, type: never names or personnummer")
    type_id: int
    unit_id: int
    committee_id: int
    assignee_id: int | None
    get_channel_display: Callable[[], str]

    class Meta:
        constraints = [
            models.UniqueConstraint(name="case_number_in_series", fields=["series", "sequence"]),
            models.CheckConstraint(
                name="case_closed_has_time",
                condition=(Q(group=Group.CLOSED) & Q(closed_at__isnull=False)) | (~Q(group=Group.CLOSED) & Q(closed_at=None)),
            ),
            models.CheckConstraint(
                name="case_place_whole", condition=Q(lon=None, lat=None) | Q(lon__isnull=False, lat__isnull=False)
            ),
        ]
        indexes = [
            models.Index(name="case_inbox", fields=["unit", "due_at"], condition=~Q(group="closed")),
            models.Index(name="case_mine", fields=["assignee", "due_at"], condition=~Q(group="closed")),
            models.Index(name="case_diary", fields=["committee", "-registered_at"]),
            # in the order of the lists and of no unit: who sees a unit or its committee is asked of each row on the way
            models.Index(name="case_due", fields=["due_at", "id"], condition=~Q(group="closed")),
            models.Index(name="case_closed_last", fields=["-closed_at", "-id"], condition=Q(group="closed")),
            models.Index(name="case_last", fields=["-registered_at", "-id"]),
            GinIndex(name="case_search", fields=["search_text"], opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.number


class Party(models.Model):
    """Someone the case concerns. A name and contact of one who is no registered person stand here; of a person, never."""

    class Role(models.TextChoices):
        APPLICANT = "applicant", _("Sökande")
        CO_APPLICANT = "co_applicant", _("Medsökande")
        GUARDIAN = "guardian", _("Vårdnadshavare")
        REPRESENTATIVE = "representative", _("Ombud")
        ORGANISATION = "organisation", _("Företag eller förening")
        REPORTER = "reporter", _("Anmälare")

    case = models.ForeignKey(Case, models.CASCADE, related_name="parties")
    role = models.CharField(max_length=16, choices=Role.choices)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    organisation_number = models.CharField(max_length=13, blank=True)
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=40, blank=True)
    address = models.TextField(blank=True)
    case_id: int
    person_id: int | None
    get_role_display: Callable[[], str]

    class Meta:
        constraints = [
            models.UniqueConstraint(name="case_party_once", fields=["case", "role", "person"]),
            models.CheckConstraint(name="case_party_person_unnamed", condition=Q(person=None) | Q(name="", address="")),
        ]
        indexes = [models.Index(name="case_of_person", fields=["person", "-case"])]

    def __str__(self) -> str:
        return f"party {self.pk}"


class Document(models.Model):
    """Anything received, sent or drawn up in a case (OSL 5 kap. 1–2 §§). ``data`` is what a form held."""

    class Direction(models.TextChoices):
        RECEIVED = "received", _("Inkommen")
        SENT = "sent", _("Utgående")
        DRAWN_UP = "drawn_up", _("Upprättad")

    case = models.ForeignKey(Case, models.PROTECT, related_name="documents")
    case_id: int
    number = models.PositiveIntegerField(help_text="within the case, from 1")
    direction = models.CharField(max_length=10, choices=Direction.choices)
    kind = models.SlugField(max_length=40, help_text="application, completion, letter, message, decision, note, receipt …")
    title = models.CharField(max_length=200)
    at = models.DateTimeField(help_text="when it came in, went out or was drawn up")
    counterpart = models.CharField(max_length=200, blank=True, help_text="sender or receiver who is no registered person")
    counterpart_public = models.BooleanField(
        default=False, help_text="an authority, company or association: its name may stand in the public diary"
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    data = models.JSONField(null=True, blank=True)
    text = models.TextField(blank=True)
    language = models.CharField(max_length=8, default="sv")
    confidentiality = models.CharField(max_length=120, blank=True)
    files = models.ManyToManyField(StoredFile, blank=True, related_name="+")

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(name="case_document_number", fields=["case", "number"])]
        indexes = [GinIndex(OpClass(Upper("counterpart"), name="gin_trgm_ops"), name="case_document_sender")]

    def __str__(self) -> str:
        return f"document {self.number} of case {self.case_id}"


class Event(models.Model):
    """A step in the life of a case: what its timeline shows. The audit log is elsewhere and says more."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="events")
    case_id: int
    at = models.DateTimeField()
    kind = models.SlugField(
        max_length=30, help_text="registered, status, assigned, message, completion_asked, completed, decided …"
    )
    status = models.SlugField(max_length=40, blank=True, allow_unicode=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    document = models.ForeignKey(Document, models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.CharField(max_length=300, blank=True, help_text="shown to staff alone")

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(name="case_events", fields=["case", "at"])]

    def __str__(self) -> str:
        return f"{self.kind} in case {self.case_id}"


class Clock(models.Model):
    """One deadline of a case: what must happen before when (for the six months: Förvaltningslagen 12 §)."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="clocks")
    case_id: int
    name = models.SlugField(max_length=40)
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True, help_text="while we wait for the applicant")

    class Meta:
        constraints = [models.UniqueConstraint(name="case_clock_once", fields=["case", "name"])]
        indexes = [models.Index(name="case_clock_due", fields=["due_at"], condition=Q(met_at=None))]

    def __str__(self) -> str:
        return f"{self.name} of case {self.case_id}"


class Message(models.Model):
    """Said between the municipality and a party inside the case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="messages")
    case_id: int
    from_party = models.BooleanField()
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    read_at = models.DateTimeField(null=True, blank=True)
    files = models.ManyToManyField(StoredFile, blank=True, related_name="+")

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(name="case_unread", fields=["case"], condition=Q(read_at=None))]

    def __str__(self) -> str:
        return f"message {self.pk} in case {self.case_id}"


class Note(models.Model):
    """A case worker's note, or something to do when it has a ``due_on``. Staff alone."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="notes")
    case_id: int
    text = models.TextField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    for_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"note {self.pk} in case {self.case_id}"


class Completion(models.Model):
    """What we ask the applicant to complete: the named answers alone are open to them until it is sent or taken back."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="completions")
    case_id: int
    paths = models.JSONField(help_text="paths of the questions that are open")
    text = models.TextField(help_text="what we need and why, in plain words")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    due_on = models.DateField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="case_one_completion", fields=["case"], condition=Q(answered_at=None, withdrawn_at=None))
        ]

    def __str__(self) -> str:
        return f"completion {self.pk} of case {self.case_id}"


class Review(models.Model):
    """One colleague's look at a case before something is done with it. Those of one ``round`` look at once, or in turn."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Väntar")
        APPROVED = "approved", _("Godkänd")
        SENT_BACK = "sent_back", _("Skickad tillbaka")
        CANCELLED = "cancelled", _("Avbruten")

    case = models.ForeignKey(Case, models.CASCADE, related_name="reviews")
    case_id: int
    round = models.PositiveSmallIntegerField()
    turn = models.PositiveSmallIntegerField(help_text="1 for all who look at once")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reviewer_id: int
    get_state_display: Callable[[], str]
    text = models.TextField(help_text="what to look at")
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_by_id: int
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    comment = models.TextField(blank=True)
    at = models.DateTimeField(null=True, blank=True, help_text="when it was approved, sent back or cancelled")

    class Meta:
        ordering = ["round", "turn", "id"]
        constraints = [
            models.UniqueConstraint(name="case_review_once", fields=["case", "round", "reviewer"]),
            models.CheckConstraint(name="case_review_sent_back_says_why", condition=~Q(state="sent_back") | ~Q(comment="")),
            models.CheckConstraint(
                name="case_review_has_time", condition=Q(state="waiting", at=None) | (~Q(state="waiting") & Q(at__isnull=False))
            ),
        ]
        indexes = [models.Index(name="case_review_waiting", fields=["reviewer"], condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"review {self.pk} of case {self.case_id}"


class Decision(models.Model):
    """What was decided, on what ground, and what one can do about it (FL 32–33, 44 §§). The database refuses to change one: a new
    decision follows it. Only when the committee was told is written later."""

    class Outcome(models.TextChoices):
        APPROVED = "approved", _("Bifall")
        PARTLY = "partly", _("Delvis bifall")
        REFUSED = "refused", _("Avslag")
        DISMISSED = "dismissed", _("Avvisning")

    class Appeal(models.TextChoices):
        ADMINISTRATIVE = "administrative", _("Förvaltningsbesvär")
        LEGALITY = "legality", _("Laglighetsprövning")
        NONE = "none", _("Kan inte överklagas")

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    case_id: int
    type = models.SlugField(max_length=40)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    statute = models.CharField(max_length=200)
    reasoning = models.TextField()
    conditions = models.TextField(blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)
    appeal = models.CharField(max_length=16, choices=Appeal.choices)
    appeal_by = models.DateField(null=True, blank=True)
    delegation = models.CharField(max_length=40, blank=True, help_text="point in the committee's delegation order")
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+")
    reported_on = models.DateField(null=True, blank=True, help_text="the meeting where the committee was told")

    class Meta:
        constraints = [
            models.CheckConstraint(name="case_decision_has_reasons", condition=~Q(reasoning="")),
            models.CheckConstraint(name="case_decision_period", condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from"))),
        ]
        indexes = [models.Index(name="case_decision_untold", fields=["decided_at"], condition=Q(reported_on=None))]
        triggers = [pgtrigger.ReadOnly(name="immutable", exclude=["reported_on"])]

    def __str__(self) -> str:
        return f"decision {self.pk} in case {self.case_id}"
