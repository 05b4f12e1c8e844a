"""What is stored about e-services: packages as they were published, drafts that staff cannot read, and what was submitted with which version."""

from __future__ import annotations

import uuid

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stadig.cases.models import Case, CaseType, Channel
from stadig.city.models import Person
from stadig.files.models import StoredFile


class PackageVersion(models.Model):
    """A package as it was published: name, version, and the hash of its contents. The database refuses to change a row."""

    name = models.SlugField(max_length=60)
    version = models.CharField(max_length=20)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of names and contents")
    archive = models.BinaryField(help_text="the files as a zip archive, without the city's overlay")
    case_type = models.ForeignKey(CaseType, models.PROTECT, related_name="+")
    installed_at = models.DateTimeField()
    installed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(name="eservice_version_once", fields=["name", "version"])]
        triggers = [pgtrigger.Protect(name="immutable", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class EService(models.Model):
    """A service that is open in this city: which version people fill in now, and the city's own overlay that upgrades keep."""

    name = models.SlugField(max_length=60, unique=True)
    current = models.ForeignKey(PackageVersion, models.PROTECT, related_name="+")
    local = models.JSONField(default=dict, blank=True, help_text="local.yaml: phone, fee, committee, delegation")
    published_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What someone is filling in. Not a received document: no member of staff may read it, and ``answers`` are encrypted.

    It belongs to a person who has logged in, to the browser that holds its code, or to the member of staff who fills it in for someone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(PackageVersion, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="+")
    person_id: int | None
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    staff_id: int | None
    code_hash = models.CharField(
        max_length=64, unique=True, null=True, blank=True, help_text="keyed hash of the code one resumes with"
    )
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.WEB)
    language = models.CharField(max_length=8, default="sv")
    answers = models.TextField(blank=True, help_text="encrypted JSON: the answers, and whom one acts for")
    revision = models.PositiveIntegerField(default=0)
    step = models.SlugField(max_length=60, blank=True)
    started_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    erase_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="eservice_draft_has_owner",
                condition=Q(person__isnull=False) | Q(staff__isnull=False) | Q(code_hash__isnull=False),
            )
        ]
        indexes = [
            models.Index(name="eservice_draft_person", fields=["person", "-saved_at"]),
            models.Index(name="eservice_draft_erase", fields=["erase_at"]),
        ]

    def __str__(self) -> str:
        return f"draft {self.pk}"


class DraftFile(models.Model):
    """A file that was sent in while filling in."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="files")
    draft_id: uuid.UUID
    path = models.CharField(max_length=120)
    file = models.OneToOneField(StoredFile, models.CASCADE, related_name="+")

    class Meta:
        indexes = [models.Index(name="eservice_draft_file", fields=["draft", "path"])]

    def __str__(self) -> str:
        return f"file of draft {self.draft_id}"


class Submission(models.Model):
    """That something was submitted, once: from which draft, with which version of the package, and the case it became."""

    id = models.UUIDField(primary_key=True, help_text="the draft's id: a second click finds the same row")
    version = models.ForeignKey(PackageVersion, models.PROTECT, related_name="submissions")
    case = models.OneToOneField(Case, models.PROTECT, related_name="+")
    case_id: int
    channel = models.CharField(max_length=10, choices=Channel.choices)
    language = models.CharField(max_length=8)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the answers as canonical JSON: what a signer signs")
    submitted_at = models.DateTimeField()
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return f"submission {self.pk}"


class Signature(models.Model):
    """Someone besides the applicant who is asked to sign. ``digest`` is what they saw."""

    class State(models.TextChoices):
        ASKED = "asked", _("Väntar på underskrift")
        SIGNED = "signed", _("Underskriven")
        DECLINED = "declined", _("Vill inte skriva under")

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="signatures")
    role = models.SlugField(max_length=40)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    personnummer_hash = models.CharField(max_length=64, blank=True, help_text="who it must be, where the form said so")
    code_hash = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    digest = models.CharField(max_length=64)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="eservice_signature_answered", condition=Q(state="asked", answered_at=None) | ~Q(state="asked")
            )
        ]
        indexes = [models.Index(name="eservice_signature_asked", fields=["personnummer_hash"], condition=Q(state="asked"))]

    def __str__(self) -> str:
        return f"signature {self.pk}"


class Tally(models.Model):
    """How many people came how far in one day: no person in it. ``step`` is a step's id, or empty for the whole service."""

    class Kind(models.TextChoices):
        STARTED = "started", _("Påbörjade")
        REACHED = "reached", _("Nådde steget")
        SUBMITTED = "submitted", _("Skickade in")
        RATED = "rated", _("Svarade hur lätt det var")

    service = models.SlugField(max_length=60)
    day = models.DateField()
    channel = models.CharField(max_length=10, choices=Channel.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    step = models.SlugField(max_length=60, blank=True)
    value = models.PositiveSmallIntegerField(default=0, help_text="1–5 for how easy it was, else 0")
    band = models.CharField(max_length=10, blank=True, help_text="age band, where it is known")
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="eservice_tally_once", fields=["service", "day", "channel", "kind", "step", "value", "band"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.day} {self.kind}"


class Remark(models.Model):
    """A line someone wrote about how easy it was. It says which service and which day, and nothing of who."""

    service = models.SlugField(max_length=60)
    day = models.DateField()
    value = models.PositiveSmallIntegerField(help_text="1–5 for how easy it was")
    text = models.CharField(max_length=200)

    class Meta:
        indexes = [models.Index(name="eservice_remark", fields=["service", "-day"])]

    def __str__(self) -> str:
        return f"remark about {self.service}"


class HandOver(models.Model):
    """That a case is handled in another system: one row for each case, whatever happens. ``key`` tells that system that two tries are one."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Lämnas över")
        SENT = "sent", _("Överlämnat")
        ACKNOWLEDGED = "acknowledged", _("Mottaget")
        FAILED = "failed", _("Gick inte fram")

    case = models.OneToOneField(Case, models.PROTECT, related_name="+")
    case_id: int
    service = models.SlugField(max_length=60)
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    number = models.CharField(max_length=80, blank=True, help_text="the other system's own")
    theirs = models.CharField(max_length=80, blank=True, help_text="the status it last told, in its own word")
    theirs_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    handed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="eservice_handed_has_time",
                condition=Q(state__in=["waiting", "failed"]) | Q(handed_at__isnull=False),
            )
        ]
        indexes = [models.Index(name="eservice_hand_over", fields=["-created_at"])]

    def __str__(self) -> str:
        return f"hand-over of case {self.case_id}"


class SystemKey(models.Model):
    """A key with which another system may say where the cases of one service stand. Only its hash is kept."""

    name = models.CharField(max_length=80)
    service = models.SlugField(max_length=60)
    hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Edition(models.Model):
    """A service that someone is changing: all its files as one archive. Two persons publish: one asks, another publishes just that."""

    class State(models.TextChoices):
        WORKING = "working", _("Under arbete")
        ASKED = "asked", _("Väntar på att publiceras")
        PUBLISHED = "published", _("Publicerad")
        DISCARDED = "discarded", _("Kastad")

    OPEN = (State.WORKING, State.ASKED)

    name = models.SlugField(max_length=60)
    base = models.ForeignKey(
        PackageVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="what it began from; empty for a new service",
    )
    base_id: int | None
    archive = models.BinaryField(help_text="all files as a zip archive, the city's overlay too; they can always be read")
    revision = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WORKING)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    asked_by_id: int | None
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the archive that was asked for")
    sent_back_why = models.TextField(blank=True)
    published = models.ForeignKey(PackageVersion, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="eservice_one_edition", fields=["name"], condition=Q(state__in=["working", "asked"])),
            models.CheckConstraint(
                name="eservice_edition_asked", condition=~Q(state="asked") | (Q(asked_by__isnull=False) & ~Q(asked_digest=""))
            ),
        ]

    def __str__(self) -> str:
        return f"edition of {self.name}"


class EditionRevision(models.Model):
    """An edition as it was after one change, so that the change can be undone."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="revisions")
    revision = models.PositiveIntegerField()
    before = models.PositiveIntegerField(null=True, blank=True, help_text="the revision that undoing goes back to")
    archive = models.BinaryField()
    what = models.SlugField(max_length=40, help_text="what was done: a key of the editor's words")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="eservice_revision_once", fields=["edition", "revision"])]

    def __str__(self) -> str:
        return f"revision {self.revision} of edition {self.edition.pk}"
