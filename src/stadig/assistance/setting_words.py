"""What the pages of the riksnorm and those of the rules say: one set of words for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one kind, and the names of its pages."""

    list_url: str
    new_url: str
    one_url: str
    confirm_url: str
    withdraw_url: str
    other_url: str
    fields: str
    title: Text
    lead: Text
    other: Text
    new: Text
    form_lead: Text
    missing: Text
    missing_why: Text
    empty: Text
    empty_why: Text
    heading: Text
    own: Text
    check: Text
    odd_ones: Text
    confirm: Text
    withdrawing: Text
    odd: Text
    done_enter: Text
    done_confirm: Text
    done_withdraw: Text


NORM: Final = Words(
    list_url="assistance:norms",
    new_url="assistance:norm-new",
    one_url="assistance:norm",
    confirm_url="assistance:norm-confirm",
    withdraw_url="assistance:norm-withdraw",
    other_url="assistance:rules",
    fields="assistance/_norm_fields.html",
    title=_("Riksnorm"),
    lead=_("Varje månad räknas med den norm som gällde då. En skriver in, en annan bekräftar."),
    other=_("Beräkningsregler"),
    new=_("Skriv in en riksnorm"),
    form_lead=_("Skriv beloppen ur förordningen, i kronor i månaden. En kollega bekräftar innan vi räknar med den."),
    missing=_("Riksnormen för %(year)s är inte inskriven."),
    missing_why=_("Regeringen beslutar den i socialtjänstförordningen. Utan den går inga förslag att räkna för det året."),
    empty=_("Ingen riksnorm än."),
    empty_why=_("Skriv in årets norm ur förordningen. En kollega bekräftar den, och sedan räknar vi med den."),
    heading=_("Riksnorm %(period)s"),
    own=_("Du skrev själv in den. Den gäller när någon annan har läst varje belopp mot källan."),
    check=_("Läs varje belopp mot källan"),
    odd_ones=_("Rader som ändras på ett annat sätt än de övriga är märkta. De kan vara rätt, men läs dem en gång till."),
    confirm=_("Jag har läst den mot källan. Bekräfta"),
    withdrawing=_("Nya förslag räknas inte med den. Sparade förslag står kvar som de var."),
    odd=_("Ändras på ett annat sätt än de övriga. Läs den en gång till."),
    done_enter=_("Inskriven. Den gäller när en kollega har läst den mot källan och bekräftat den."),
    done_confirm=_("Bekräftad. Nu räknar vi med den."),
    done_withdraw=_("Tillbakadragen. Sparade förslag som räknats med den står kvar."),
)
RULES: Final = Words(
    list_url="assistance:rules",
    new_url="assistance:rules-new",
    one_url="assistance:rules-one",
    confirm_url="assistance:rules-confirm",
    withdraw_url="assistance:rules-withdraw",
    other_url="assistance:norms",
    fields="assistance/_rules_fields.html",
    title=_("Beräkningsregler"),
    lead=_("Procentsatser, gränser och belopp vid sidan av riksnormen. En skriver in, en annan bekräftar."),
    other=_("Riksnorm"),
    new=_("Skriv in regler"),
    form_lead=_("Skriv varje värde så som det står i källan. En kollega bekräftar innan vi räknar med dem."),
    missing=_("Beräkningsreglerna för %(year)s är inte inskrivna."),
    missing_why=_(
        "Prisbasbeloppet är nytt varje år, och era egna gränser kan ni ändra. Utan reglerna går inga förslag att räkna för det året."
    ),
    empty=_("Inga regler än."),
    empty_why=_("Skriv in årets regler med sina källor. En kollega bekräftar dem, och sedan räknar vi med dem."),
    heading=_("Beräkningsregler %(period)s"),
    own=_("Du skrev själv in dem. De gäller när någon annan har läst varje värde mot sin källa."),
    check=_("Läs varje värde mot sin källa"),
    odd_ones=_(
        "Värden i lag som har ändrats är märkta, och prisbasbelopp som inte har det. De kan vara rätt, men läs dem en gång till."
    ),
    confirm=_("Jag har läst dem mot källorna. Bekräfta"),
    withdrawing=_("Nya förslag räknas inte med dem. Sparade förslag står kvar som de var."),
    odd=_("Läs värdet vid källan en gång till."),
    done_enter=_("Inskrivna. De gäller när en kollega har läst dem mot källorna och bekräftat dem."),
    done_confirm=_("Bekräftade. Nu räknar vi med dem."),
    done_withdraw=_("Tillbakadragna. Sparade förslag som räknats med dem står kvar."),
)
