"""The domain clock's offset in a demo town."""

from __future__ import annotations

from django.db import models


class ClockSetting(models.Model):
    """At ``real_anchor`` the town's time was ``domain_anchor``; since then it runs ``speed`` times as fast (one row)."""

    real_anchor = models.DateTimeField()
    domain_anchor = models.DateTimeField()
    speed = models.FloatField(default=1.0)

    class Meta:
        constraints = [
            models.CheckConstraint(name="city_one_clock", condition=models.Q(pk=1)),
            models.CheckConstraint(name="city_clock_forward", condition=models.Q(speed__gte=0, speed__lte=100_000)),
        ]

    def __str__(self) -> str:
        return f"{self.speed} ×"
