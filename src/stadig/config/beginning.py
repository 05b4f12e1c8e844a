"""The first day of a city: its name and border, a usual organisation, and someone who may log in."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse

from stadig.city import actions, services
from stadig.city.models import Municipality, Organisation, User
from stadig.city.municipalities import SwedishMunicipality
from stadig.city.roles import Role
from stadig.config.faults import Fault

USUAL_ORGANISATION: dict[str, dict[str, tuple[str, ...]]] = {
    "Kommunstyrelsen": {
        "Kommunledningsförvaltningen": (
            "Kansli",
            "Ekonomi",
            "Personal",
            "IT och digitalisering",
            "Kommunikation",
            "Kontaktcenter",
        ),
    },
    "Tekniska nämnden": {
        "Tekniska förvaltningen": ("Gata och park", "Avfall och återvinning", "Belysning och el", "Fastighet"),
    },
    "Bygg- och miljönämnden": {
        "Bygg- och miljöförvaltningen": ("Bygglov", "Kart och mät", "Miljö och hälsoskydd"),
    },
    "Barn- och utbildningsnämnden": {
        "Barn- och utbildningsförvaltningen": ("Förskola", "Grundskola", "Gymnasium och vuxenutbildning", "Elevhälsa"),
    },
    "Socialnämnden": {
        "Socialförvaltningen": ("Barn och unga", "Vuxen", "Ekonomiskt bistånd", "Arbetsmarknad"),
    },
    "Vård- och omsorgsnämnden": {
        "Vård- och omsorgsförvaltningen": ("Äldreomsorg", "Funktionsstöd", "Hemsjukvård"),
    },
    "Kultur- och fritidsnämnden": {
        "Kultur- och fritidsförvaltningen": ("Bibliotek", "Kultur", "Idrott och fritid"),
    },
    "Valnämnden": {},
    "Överförmyndarnämnden": {},
}
"""Committee → administration → units, as most municipalities have it; rename and rearrange it afterwards.

Required by law: kommunstyrelse (kommunallag 2017:725, 3 kap. 3 §), valnämnd (vallag 2005:837, 3 kap. 3 §) and
överförmyndare or överförmyndarnämnd (föräldrabalk 1949:381, 19 kap. 1 §). The others are custom.
"""


class AlreadyBegun(Fault):
    """This installation serves a municipality already."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What was made."""

    municipality: Municipality
    organisations: int
    administrator: User


@transaction.atomic
def begin(
    found: SwedishMunicipality,
    *,
    username: str,
    first_name: str = "",
    last_name: str = "",
    email: str = "",
    password: str | None = None,
) -> Begun:
    """Make an empty city for a municipality. All of it or nothing.

    Raises
    ------
    AlreadyBegun
        There is a municipality already; nothing was changed.
    ValidationError
        The user name is taken, or the password too weak.
    """
    there = Municipality.objects.first()
    if there is not None:
        raise AlreadyBegun(
            f"This installation is {there.name} already. To begin another, give it a folder of its own: STADIG_HOME=../other stadig init …"
        )
    municipality = actions.set_municipality(None, name=found.name, code=found.code, border=found.border, made_up=False)
    made = [node for committee, administrations in USUAL_ORGANISATION.items() for node in _branch(committee, administrations)]
    services.sync()
    administrator = actions.create_user(
        None, username=username, first_name=first_name, last_name=last_name, email=email, password=password
    )
    actions.assign_role(None, administrator, Role.ADMINISTRATOR)
    return Begun(municipality, len(made), administrator)


def _branch(committee: str, administrations: dict[str, tuple[str, ...]]) -> list[Organisation]:
    top = actions.add_organisation(None, committee, Organisation.Kind.COMMITTEE)
    made = [top]
    for administration, units in administrations.items():
        below = actions.add_organisation(None, administration, Organisation.Kind.ADMINISTRATION, parent=top)
        made += [below, *(actions.add_organisation(None, unit, Organisation.Kind.UNIT, parent=below) for unit in units)]
    return made


def password_link(user: User, base: str) -> str:
    """An address where the user sets a password: works once, and for as long as ``PASSWORD_RESET_TIMEOUT`` says (three days).

    Show it to that person alone; it is never logged.
    """
    from allauth.account.forms import default_token_generator  # pyright: ignore[reportMissingTypeStubs]
    from allauth.account.utils import user_pk_to_url_str  # pyright: ignore[reportMissingTypeStubs]

    path = reverse(
        "account_reset_password_from_key",
        kwargs={"uidb36": user_pk_to_url_str(user), "key": default_token_generator.make_token(user)},
    )
    return base.rstrip("/") + path
