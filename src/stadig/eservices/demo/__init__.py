"""What the demo town shows of e-services: the shipped packages, 18 months of cases behind them, and a living present."""

from __future__ import annotations

from typing import TYPE_CHECKING

from stadig.cases import demo_desk
from stadig.eservices.demo.changing import seed_edition
from stadig.eservices.demo.installing import install_shipped
from stadig.eservices.demo.named import seed_drafts
from stadig.eservices.demo.past import seed_past

if TYPE_CHECKING:
    from stadig.geo.town.litter import Past
    from stadig.geo.town.world import World

__all__ = ["seed"]


def seed(world: World, _past: Past, *, small: bool) -> None:
    """Install the shipped packages and write the cases behind them. The same town and clock give the same cases."""
    install_shipped()
    seed_edition()
    seed_past(world, small=small)
    seed_drafts()
    demo_desk.seed()
