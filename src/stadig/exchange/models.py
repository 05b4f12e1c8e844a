"""What is stored of asking agencies: on what ground, who asked what about whom, each call that left, each block that came.

Personal data of answers lie sealed (:mod:`stadig.exchange.sealing`): the raw answer, the facts, error texts and what was said on the phone.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from stadig.city.models import Organisation, Person
from stadig.exchange.outcomes import Outcome

REPEALED = r"2001:453|11 kap\. *11 ?a §.*(SoL|socialtjänstl)"
REPEALED_FROM = dt.date(2025, 7, 1)
"""The Social Services Act of 2001, from the day the one of 2025 replaced it (SFS 2025:400, entry into force, points 1 and 2)."""
OUTCOMES = [(one.value, one.name) for one in Outcome]


class LegalBasis(models.Model):
    """The law that lets one agency answer one purpose, from one day to another. A row per agency: never one text for all."""

    purpose = models.SlugField(max_length=40)
    agency = models.CharField(max_length=12)
    statute = models.CharField(max_length=200, help_text="as it is sent and shown, such as 15 kap. 10 § socialtjänstlagen …")
    fields = models.JSONField(default=list, help_text="names of the groups of fields the law gives; see exchange/lawful.py")
    longest_days = models.PositiveIntegerField(help_text="the longest period the agency may be asked about")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=300, help_text="where the wording was read")
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    entered_by_id: int | None
    confirmed_by_id: int | None
    entered_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True, help_text="until then it gives no right to ask")
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True, help_text="when someone said that it ends on valid_to")
    ended_by_id: int | None

    class Meta:
        ordering = ["purpose", "agency", "valid_from"]
        constraints = [
            models.UniqueConstraint(name="exchange_basis_once", fields=["purpose", "agency", "valid_from"]),
            models.CheckConstraint(name="exchange_basis_period", condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from"))),
            models.CheckConstraint(
                name="exchange_basis_two_people",
                condition=Q(entered_by=None) | Q(confirmed_by=None) | ~Q(entered_by=F("confirmed_by")),
            ),
            models.CheckConstraint(
                name="exchange_basis_own_confirmed", condition=Q(entered_by=None) | Q(confirmed_at=None) | ~Q(confirmed_by=None)
            ),
            models.CheckConstraint(
                name="exchange_basis_not_repealed",
                condition=~Q(statute__iregex=REPEALED) | (Q(valid_to__isnull=False) & Q(valid_to__lt=REPEALED_FROM)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.agency} {self.valid_from}"


class Permit(models.Model):
    """The right to ask once, issued by the asking service alone, after its gate. Spent by one lookup, within a minute."""

    nonce = models.UUIDField(unique=True, default=uuid.uuid4)
    purpose = models.SlugField(max_length=40)
    case = models.BigIntegerField(help_text="id of the case; its room lies beside this one")
    case_number = models.CharField(max_length=24)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(max_length=16, help_text="the person's part in the case: applicant, co_applicant, child")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    laws = models.JSONField(help_text="agency → id of its legal basis on the day")
    refused = models.JSONField(default=dict, help_text="agency → why it may not be asked: no_law, period, prefetch_off")
    period_from = models.DateField()
    period_to = models.DateField()
    issued_at = models.DateTimeField(help_text="in real time")
    mac = models.CharField(
        max_length=64,
        default="",
        blank=True,
        help_text="over all of the above, with a key outside the database (exchange/permits.py)",
    )
    case_id: int
    person_id: int
    by_id: int | None
    unit_id: int

    class Meta:
        constraints = [models.CheckConstraint(name="exchange_permit_period", condition=Q(period_to__gte=F("period_from")))]

    def __str__(self) -> str:
        return f"permit {self.pk}"


class Lookup(models.Model):
    """One question about one person to several agencies, with one deadline."""

    class Kind(models.TextChoices):
        PERSON = "person", _("Frågad av handläggare")
        AGAIN = "again", _("Frågad igen om det som saknades")
        PREFETCH = "prefetch", _("Hämtad i förväg")
        MANUAL = "manual", _("Frågad per telefon eller på papper")

    uuid = models.UUIDField(unique=True, default=uuid.uuid4)
    permit = models.OneToOneField(Permit, models.PROTECT, related_name="lookup")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    again_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="again")
    case = models.BigIntegerField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    period_from = models.DateField()
    period_to = models.DateField()
    asked_at = models.DateTimeField(help_text="in the city's time")
    begun_at = models.DateTimeField(help_text="in real time: when the permit was spent")
    deadline_at = models.DateTimeField(help_text="in real time: what has not come then is shown as not come")
    finished_at = models.DateTimeField(null=True, blank=True, help_text="in real time: when the last agency answered or gave up")
    withheld_to = models.DateField(
        null=True, blank=True, help_text="the person is told of it after this day; only by the decision in withheld_by"
    )
    withheld_by = models.CharField(
        max_length=120, blank=True, default="", db_default="", help_text="the decision's date and number"
    )
    person_id: int
    by_id: int | None
    permit_id: int
    unit_id: int
    again_of_id: int | None
    get_kind_display: Callable[[], str]

    class Meta:
        ordering = ["-begun_at"]
        indexes = [
            models.Index(name="exchange_of_case", fields=["case", "person", "-begun_at"]),
            models.Index(name="exchange_of_person", fields=["person", "-begun_at"]),
            models.Index(name="exchange_unfinished", fields=["begun_at"], condition=Q(finished_at=None)),
        ]
        constraints = [
            models.CheckConstraint(name="exchange_withheld_by_decision", condition=Q(withheld_to=None) | ~Q(withheld_by=""))
        ]

    def __str__(self) -> str:
        return f"lookup {self.pk}"


class Call(models.Model):
    """One request that leaves the house. Its row is committed before its first byte: what left is in the log, whatever happens."""

    lookup = models.ForeignKey(Lookup, models.CASCADE, related_name="calls")
    connection = models.SlugField(max_length=40)
    contract = models.CharField(max_length=24, help_text="such as SSBTEK v11")
    agencies = models.JSONField(help_text="codes of the agencies asked in this one request")
    parts = models.JSONField(
        default=dict, help_text="agency → the parts asked for; an agency that is not named was asked for all"
    )
    attempt = models.PositiveSmallIntegerField(default=1)
    correlation_id = models.UUIDField(
        default=uuid.uuid4, help_text="a second question by agreement (hedging) has the first one's"
    )
    intent_at = models.DateTimeField(help_text="in real time")
    answered_at = models.DateTimeField(
        null=True, blank=True, help_text="in real time; when the last byte came, or the call ended"
    )
    late = models.BooleanField(default=False, help_text="it came after its deadline")
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="HTTP status")
    fault = models.CharField(max_length=40, blank=True, help_text="our code for why no answer could be read")
    raw_sha256 = models.CharField(max_length=64, blank=True, help_text="of the answer's bytes, in hexadecimal")
    raw_sealed = models.BinaryField(null=True, blank=True)
    raw_bytes = models.PositiveIntegerField(null=True, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    lookup_id: int

    class Meta:
        indexes = [models.Index(name="exchange_open_calls", fields=["intent_at"], condition=Q(answered_at=None))]
        constraints = [models.UniqueConstraint(name="exchange_one_call", fields=["correlation_id", "attempt"])]

    def __str__(self) -> str:
        return f"call {self.pk}"


class Block(models.Model):
    """What one agency, or one part of its answer, said in one lookup. A later one about the same replaces it; the earlier stays."""

    lookup = models.ForeignKey(Lookup, models.CASCADE, related_name="blocks")
    call = models.ForeignKey(Call, models.CASCADE, null=True, blank=True, related_name="blocks")
    agency = models.CharField(max_length=12)
    part = models.CharField(max_length=80, blank=True)
    outcome = models.CharField(max_length=16, choices=OUTCOMES)
    reason = models.CharField(max_length=40, blank=True, help_text="why it was not asked: no_law, period, not_chosen …")
    error_source = models.CharField(max_length=10, blank=True)
    error_code = models.CharField(max_length=80, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True, help_text="in real time")
    answered_at = models.DateTimeField(null=True, blank=True, help_text="in real time")
    latency_ms = models.PositiveIntegerField(null=True, blank=True)
    contract = models.CharField(max_length=24, blank=True)
    basis = models.ForeignKey(LegalBasis, models.PROTECT, null=True, blank=True, related_name="+")
    data_as_of = models.DateField(null=True, blank=True)
    available_from = models.DateTimeField(null=True, blank=True)
    schema_valid = models.BooleanField(null=True, blank=True)
    schema_errors = models.JSONField(default=list)
    dropped = models.JSONField(default=list)
    unknown = models.JSONField(default=list)
    alarm = models.CharField(max_length=20, blank=True)
    sealed = models.BinaryField(null=True, blank=True, help_text="facts, error text and phone notes (exchange/sealing.py)")
    replaced_at = models.DateTimeField(null=True, blank=True, help_text="a later block of the same lookup says more")
    stored_at = models.DateTimeField(help_text="in real time")
    lookup_id: int
    call_id: int | None
    basis_id: int | None

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(name="exchange_one_block", fields=["lookup", "agency", "part"], condition=Q(replaced_at=None))
        ]

    def __str__(self) -> str:
        return f"block {self.pk}"


class Breaker(models.Model):
    """Whether an agency is asked at all just now; shared by all processes. One row per connection and agency."""

    class State(models.TextChoices):
        SHUT = "shut", _("Frågas som vanligt")
        OPEN = "open", _("Frågas inte just nu")
        TRYING = "trying", _("Prövas")

    connection = models.SlugField(max_length=40)
    agency = models.CharField(max_length=12)
    state = models.CharField(max_length=6, choices=State.choices, default=State.SHUT)
    failures = models.JSONField(default=list, help_text="times of the latest failures, ISO 8601 in UTC")
    since = models.DateTimeField(help_text="in real time")
    try_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="exchange_breaker_once", fields=["connection", "agency"])]

    def __str__(self) -> str:
        return f"{self.connection} {self.agency}: {self.state}"


class AgencyChoice(models.Model):
    """What the municipality has chosen for one agency: whether it is asked in advance at night."""

    agency = models.CharField(max_length=12, primary_key=True)
    prefetch = models.BooleanField(default=False)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.agency
