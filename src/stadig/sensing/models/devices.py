"""Devices that send by themselves: who they are, how they are understood, and what they have said that was not."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from stadig.sensing.models.entities import Thing


class MultirangeField(models.Field):
    """PostgreSQL's ``int8multirange``: a set of whole numbers kept as ranges."""

    def db_type(self, connection: Any) -> str:
        return "int8multirange"


class Device(models.Model):
    """A sender with a key of its own. Its name is its user name with the broker and stands in its topic."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(
        _("namn"),
        max_length=60,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$", _("Använd små bokstäver a–z, siffror och bindestreck."))
        ],
    )
    thing = models.ForeignKey(Thing, models.PROTECT, related_name="devices", verbose_name=_("sitter på"))
    thing_id: int
    key_hash = models.BinaryField(max_length=32)
    """SHA-256 of the key; the key itself is shown once."""
    mapping = models.JSONField(_("tolkning"))
    """See :mod:`stadig.sensing.mapping`."""
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    key_changed_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)
    state: DeviceState

    class Meta:
        verbose_name = _("enhet")
        verbose_name_plural = _("enheter")
        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        return self.name


class DeviceState(models.Model):
    """What the subscriber has seen of a device; written by it alone.

    ``missing`` are sequence numbers passed over and not yet come. A device that starts again at 0 begins a new count,
    and what was still missing then is added to ``lost``.
    """

    device = models.OneToOneField(Device, models.CASCADE, primary_key=True, related_name="state")
    last_seen = models.DateTimeField(null=True)
    last_observed = models.DateTimeField(null=True)
    messages = models.BigIntegerField(default=0, db_default=0)
    repeated = models.BigIntegerField(default=0, db_default=0)
    rejected = models.BigIntegerField(default=0, db_default=0)
    last_sequence = models.BigIntegerField(null=True)
    missing = MultirangeField(db_default="{}")
    lost = models.BigIntegerField(default=0, db_default=0)
    restarts = models.IntegerField(default=0, db_default=0)
    device_id: int

    class Meta:
        db_table = "sensing_device_state"

    def __str__(self) -> str:
        return str(self.device_id)


class Rejected(models.Model):
    """A message that could not be used, kept for inspection: the newest few thousand, the payload cut."""

    class Code(models.TextChoices):
        UNKNOWN_DEVICE = "unknown_device", _("okänd enhet")
        TOO_LARGE = "too_large", _("för stort")
        JSON = "json", _("inte läsbart")
        MISSING = "missing", _("värde saknas")
        TYPE = "type", _("fel sorts värde")
        NUMBER = "number", _("inte ett tal")
        TIME = "time", _("fel tid")
        FUTURE = "future", _("tid i framtiden")
        SEQUENCE = "sequence", _("fel löpnummer")
        MAPPING = "mapping", _("tolkningen går inte att använda")
        CONFLICT = "conflict", _("annat värde finns redan")
        UNKNOWN_DATASTREAM = "unknown", _("mätserien finns inte")
        STORAGE = "storage", _("gick inte att spara")

    received_at = models.DateTimeField(_("kom"))
    topic = models.CharField(max_length=200)
    device = models.ForeignKey(Device, models.CASCADE, null=True, related_name="rejects")
    code = models.CharField(_("orsak"), max_length=20, choices=Code.choices)
    detail = models.CharField(max_length=300)
    payload = models.BinaryField(max_length=2048)
    size = models.IntegerField()

    class Meta:
        db_table = "sensing_inbox_reject"
        verbose_name = _("meddelande som inte gick att använda")
        verbose_name_plural = _("meddelanden som inte gick att använda")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["-received_at"], name="sensing_reject_newest")]

    def __str__(self) -> str:
        return f"{self.topic} {self.code}"


class RejectCount(models.Model):
    """How many messages were refused, per day and reason: counted also when they are not kept."""

    day = models.DateField()
    code = models.CharField(max_length=20, choices=Rejected.Code.choices)
    count = models.BigIntegerField()

    class Meta:
        db_table = "sensing_inbox_reject_count"
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["day", "code"], name="sensing_reject_count_once"),
            models.CheckConstraint(condition=Q(count__gte=0), name="sensing_reject_count_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.code}: {self.count}"
