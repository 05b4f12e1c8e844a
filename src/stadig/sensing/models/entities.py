"""The entities of OGC SensorThings API 1.1 (18-088, section 8), all but Observation."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

GEOJSON = "application/geo+json"
NUMBER = "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement"


class Placed(models.Model):
    """A GeoJSON geometry with its bounding box in degrees (WGS 84), so that SQL can sift before Shapely decides."""

    west = models.FloatField(null=True, editable=False)
    south = models.FloatField(null=True, editable=False)
    east = models.FloatField(null=True, editable=False)
    north = models.FloatField(null=True, editable=False)

    class Meta:
        abstract = True


class Thing(models.Model):
    """Something in the city that has sensors: a bin, a lamp post, a room."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("namn"), max_length=255)
    description = models.TextField(_("beskrivning"), blank=True, db_default="")
    properties = models.JSONField(_("egenskaper"), null=True, blank=True)
    public = models.BooleanField(_("öppna data"), default=False, db_default=False)
    locations: models.ManyToManyField[Location, models.Model] = models.ManyToManyField(
        "Location", related_name="things", blank=True
    )
    datastreams: models.Manager[Datastream]

    class Meta:
        verbose_name = _("sak")
        verbose_name_plural = _("saker")

    def __str__(self) -> str:
        return self.name


class Location(Placed):
    """Where a Thing is. ``location`` is GeoJSON (a geometry or a feature) in WGS 84."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("namn"), max_length=255)
    description = models.TextField(_("beskrivning"), blank=True, db_default="")
    encoding_type = models.CharField(max_length=255, default=GEOJSON, db_default=GEOJSON)
    location = models.JSONField(_("plats"))
    properties = models.JSONField(_("egenskaper"), null=True, blank=True)
    feature = models.ForeignKey(
        "FeatureOfInterest", models.SET_NULL, null=True, blank=True, editable=False, related_name="made_from"
    )
    """The feature of interest that was made from this place when an observation needed one."""

    class Meta(Placed.Meta):
        verbose_name = _("plats")
        verbose_name_plural = _("platser")

    def __str__(self) -> str:
        return self.name


class HistoricalLocation(models.Model):
    """Where a Thing was from ``time`` on."""

    id = models.AutoField(primary_key=True)
    thing = models.ForeignKey(Thing, models.CASCADE, related_name="historical_locations")
    thing_id: int
    time = models.DateTimeField(_("tid"))
    locations: models.ManyToManyField[Location, models.Model] = models.ManyToManyField(
        Location, related_name="historical_locations"
    )

    class Meta:
        verbose_name = _("tidigare plats")
        verbose_name_plural = _("tidigare platser")
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["thing", "time"], name="sensing_history_of_thing")]

    def __str__(self) -> str:
        return f"{self.thing_id} {self.time:%Y-%m-%d %H.%M}"


class Sensor(models.Model):
    """The kind of instrument that measures. ``metadata`` is text or JSON, by ``encoding_type``."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("namn"), max_length=255)
    description = models.TextField(_("beskrivning"), blank=True, db_default="")
    encoding_type = models.CharField(max_length=255, default="text/plain", db_default="text/plain")
    metadata = models.JSONField(default=str, db_default="")  # pyright: ignore[reportCallIssue]
    properties = models.JSONField(_("egenskaper"), null=True, blank=True)

    class Meta:
        verbose_name = _("sensor")
        verbose_name_plural = _("sensorer")

    def __str__(self) -> str:
        return self.name


class ObservedProperty(models.Model):
    """What is measured: fill level, temperature. ``definition`` is a URI."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("namn"), max_length=255)
    definition = models.TextField(_("definition"), blank=True, db_default="")
    description = models.TextField(_("beskrivning"), blank=True, db_default="")
    properties = models.JSONField(_("egenskaper"), null=True, blank=True)

    class Meta:
        verbose_name = _("storhet")
        verbose_name_plural = _("storheter")

    def __str__(self) -> str:
        return self.name


class FeatureOfInterest(Placed):
    """What an observation says something about. ``feature`` is GeoJSON in WGS 84."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(_("namn"), max_length=255)
    description = models.TextField(_("beskrivning"), blank=True, db_default="")
    encoding_type = models.CharField(max_length=255, default=GEOJSON, db_default=GEOJSON)
    feature = models.JSONField()
    properties = models.JSONField(_("egenskaper"), null=True, blank=True)

    class Meta(Placed.Meta):
        verbose_name = _("företeelse")
        verbose_name_plural = _("företeelser")

    def __str__(self) -> str:
        return self.name


class Datastream(Placed):
    """One series: what one Sensor says about one ObservedProperty of one Thing, in one unit.

    ``unit`` is ``{"name": …, "symbol": …, "definition": …}``. ``feature`` is the feature that observations get
    when they name none: made from the Thing's place, and put to nothing when the Thing moves. ``ends_at`` and
    ``results_from/until`` widen only when an observation holds an interval or a result time; the span of
    phenomenon times itself is read from the primary key.
    """

    id = models.AutoField(primary_key=True)
    thing = models.ForeignKey(Thing, models.CASCADE, related_name="datastreams")
    thing_id: int
    sensor = models.ForeignKey(Sensor, models.CASCADE, related_name="datastreams")
    observed_property = models.ForeignKey(ObservedProperty, models.CASCADE, related_name="datastreams")
    observed_property_id: int
    name = models.CharField(_("namn"), max_length=255)
    description = models.TextField(_("beskrivning"), blank=True, db_default="")
    observation_type = models.CharField(max_length=255, default=NUMBER, db_default=NUMBER)
    unit = models.JSONField(_("enhet"), default=dict, db_default={})  # pyright: ignore[reportCallIssue]
    properties = models.JSONField(_("egenskaper"), null=True, blank=True)
    public = models.BooleanField(_("öppna data"), default=False, db_default=False)
    """Readable without a token, if the Thing is public too."""
    feature = models.ForeignKey(
        FeatureOfInterest, models.SET_NULL, null=True, blank=True, editable=False, related_name="default_of"
    )
    observed_area = models.JSONField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, editable=False)
    results_from = models.DateTimeField(null=True, editable=False)
    results_until = models.DateTimeField(null=True, editable=False)

    class Meta(Placed.Meta):
        verbose_name = _("mätserie")
        verbose_name_plural = _("mätserier")

    def __str__(self) -> str:
        return self.name


class DatastreamFeature(models.Model):
    """Which features a datastream has observations of; lets observations stay without a second index."""

    datastream = models.ForeignKey(Datastream, models.CASCADE, related_name="+")
    datastream_id: int
    feature = models.ForeignKey(FeatureOfInterest, models.CASCADE, related_name="+")
    feature_id: int

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["datastream", "feature"], name="sensing_datastream_feature_once")
        ]

    def __str__(self) -> str:
        return f"{self.datastream_id}–{self.feature_id}"


class QuarantinedObservation(models.Model):
    """An observation that was received but not believed, kept for inspection."""

    class Reason(models.TextChoices):
        FUTURE = "future", _("tiden ligger mer än 10 minuter framåt")

    datastream_id = models.IntegerField(db_index=True)
    phenomenon_time = models.DateTimeField()
    seq = models.SmallIntegerField(default=0, db_default=0)
    result = models.FloatField(null=True)
    result_json = models.JSONField(null=True)
    reason = models.CharField(max_length=20, choices=Reason.choices)
    received_at = models.DateTimeField()

    class Meta:
        verbose_name = _("mätvärde i karantän")
        verbose_name_plural = _("mätvärden i karantän")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["datastream_id", "phenomenon_time", "seq", "reason"], name="sensing_quarantined_once")
        ]

    def __str__(self) -> str:
        return f"{self.datastream_id} {self.phenomenon_time:%Y-%m-%d %H.%M}"


class StaToken(models.Model):
    """A bearer token for the machine interface. Only its SHA-256 is kept; the token itself is shown once."""

    class Scope(models.TextChoices):
        READ = "read", _("läsa")
        CREATE = "create", _("skapa")
        UPDATE = "update", _("ändra")
        DELETE = "delete", _("ta bort")

    name = models.CharField(_("namn"), max_length=100, unique=True)
    hash = models.BinaryField(max_length=32, unique=True)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope.choices))
    things = models.ManyToManyField(Thing, blank=True, related_name="+")
    limited = models.BooleanField(default=False)
    """Whether the token holds for ``things`` alone. A flag of its own: a limited token whose things are gone may do nothing."""
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_on = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name = _("nyckel för sensorgränssnittet")
        verbose_name_plural = _("nycklar för sensorgränssnittet")

    def __str__(self) -> str:
        return self.name
