"""Streets to drive on and shapes to draw."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from stadig.city.sorting import SortKeyField


class StreetNetwork(models.Model):
    """One import of streets: packed arrays to compute on (:mod:`stadig.geo.network`)."""

    name = models.SlugField(max_length=60, unique=True)
    source = models.CharField(max_length=200, help_text="Where the streets come from, said on every map.")
    licence = models.CharField(max_length=100)
    imported_at = models.DateTimeField()
    version = models.CharField(max_length=16)
    nodes = models.PositiveIntegerField()
    edges = models.PositiveIntegerField()
    west = models.FloatField()
    south = models.FloatField()
    east = models.FloatField()
    north = models.FloatField()
    data = models.BinaryField()
    streets: models.Manager[Street]

    class Meta:
        verbose_name = _("gatunät")
        verbose_name_plural = _("gatunät")

    def __str__(self) -> str:
        return self.name


class DrivingMatrix(models.Model):
    """Driving times kept between the places of one purpose, so that only moved places are computed again."""

    network = models.ForeignKey(StreetNetwork, on_delete=models.CASCADE, related_name="matrices")
    network_id: int
    purpose = models.SlugField(max_length=60)
    version = models.CharField(max_length=16)
    nodes = models.BinaryField()
    seconds = models.BinaryField()
    metres = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["network", "purpose"], name="geo_one_matrix_per_purpose"),)

    def __str__(self) -> str:
        return f"{self.network_id}: {self.purpose}"


class StreetClass(models.TextChoices):
    """How wide a street is drawn."""

    MAIN = "main", _("huvudgata")
    COLLECTOR = "collector", _("uppsamlingsgata")
    STREET = "street", _("gata")
    LANE = "lane", _("gränd")
    PATH = "path", _("gång- och cykelväg")


class Street(models.Model):
    """A named street (or the unnamed ones of one class) as it is drawn and searched for."""

    network = models.ForeignKey(StreetNetwork, on_delete=models.CASCADE, related_name="streets")
    name = models.CharField(max_length=120, blank=True)
    sort_key = SortKeyField("name")
    street_class = models.CharField(max_length=9, choices=StreetClass)
    length_m = models.FloatField()
    geometry = models.JSONField(help_text="GeoJSON MultiLineString, WGS 84.")

    class Meta:
        verbose_name = _("gata")
        verbose_name_plural = _("gator")

    def __str__(self) -> str:
        return self.name


class FeatureKind(models.TextChoices):
    """What a shape on the base map is."""

    SEA = "sea", _("hav")
    LAND = "land", _("land")
    ISLAND = "island", _("ö")
    RIVER = "river", _("vattendrag")
    LAKE = "lake", _("sjö")
    PARK = "park", _("park")
    FOREST = "forest", _("skog")
    BUILT = "built", _("bebyggelse")
    BUILDING = "building", _("byggnad")
    SQUARE = "square", _("torg")
    HARBOUR = "harbour", _("hamn")
    BEACH = "beach", _("badplats")
    SCHOOL = "school", _("skola")
    CARE_HOME = "care_home", _("äldreboende")
    TOWN_HALL = "town_hall", _("stadshus")
    LIBRARY = "library", _("bibliotek")
    CHURCH = "church", _("kyrka")
    STATION = "station", _("station")
    BRIDGE = "bridge", _("bro")
    DEPOT = "depot", _("bilplats")
    TIPPING = "tipping", _("tippstation")
    BORDER = "border", _("kommungräns")
    OTHER = "other", _("plats")


class Feature(models.Model):
    """A shape or a place on the base map."""

    kind = models.CharField(max_length=12, choices=FeatureKind, db_index=True)
    name = models.CharField(max_length=120, blank=True)
    sort_key = SortKeyField("name")
    geometry = models.JSONField(help_text="GeoJSON geometry, WGS 84.")
    source = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("karta: form")
        verbose_name_plural = _("karta: former")

    def __str__(self) -> str:
        return self.name or self.kind


class MapLayer(models.Model):
    """A finished layer for maps in a browser: simplified, compressed, with its tag."""

    name = models.SlugField(max_length=40, primary_key=True)
    etag = models.CharField(max_length=32)
    body = models.BinaryField(help_text="GeoJSON, gzip.")
    drawn_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
