"""What the room's engines name by a code, in words: faults in a riksnorm or in rules, rows of a proposal, why something is missing."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, ngettext

from stadig.assistance.dated import TableFault
from stadig.assistance.norm import RULES
from stadig.assistance.rates import Rate
from stadig.ui import formatting

FAULTS = {
    "unknown_rules": gettext_lazy(
        "Tabellen följer reglerna ”%(value)s”, och dem kan Stadig inte räkna med. Stadig kan %(known)s. Uppdatera Stadig först."
    ),
    "unknown_key": gettext_lazy("Vi känner inte igen ”%(where)s”. Rätta namnet eller ta bort raden."),
    "missing": gettext_lazy("%(where)s saknas. Skriv in det så som det står i källan."),
    "not_an_amount": gettext_lazy("%(where)s ska vara hela kronor, större än noll. Där står ”%(value)s”."),
    "couple_below_single": gettext_lazy("Sambors summa är %(value)s kr och lägre än ensamståendes. Har de bytt plats?"),
    "lunch": gettext_lazy(
        "%(where)s: summan utan lunch är %(value)s kr. Den ska vara lägre än hela summan och finns bara till 6 år."
    ),
    "age_twice": gettext_lazy("%(value)s år finns på två rader. Varje ålder ska finnas en gång."),
    "age_missing": gettext_lazy("%(value)s år finns inte i tabellen. Den ska ha alla åldrar från 0 till 20 år."),
    "not_ages": gettext_lazy("”%(value)s” är inga åldrar. Skriv som 7-10, eller 3."),
    "common_falls": gettext_lazy("%(where)s är %(value)s kr och lägre än för en person färre. Kontrollera mot förordningen."),
    "not_a_list": gettext_lazy("Tilläggen ska vara en lista med namn, belopp och vem de räknas för."),
    "extra": gettext_lazy("%(where)s: skriv namn, belopp och om det räknas per household, adult, child eller member."),
    "too_large": gettext_lazy("Filen är för stor (%(value)s byte). Det som behövs ryms på en sida."),
    "unreadable": gettext_lazy("Filen går inte att läsa. Spara den som TOML, JSON eller kalkylblad och försök igen."),
    "file_kind": gettext_lazy("Filen slutar på ”%(value)s”. Välj en fil som slutar på .toml, .json, .xlsx eller .ods."),
    "not_a_day": gettext_lazy("%(where)s: ”%(value)s” är ingen dag. Skriv som 2027-01-01."),
    "ends_before": gettext_lazy("Sista dagen, %(value)s, ligger före den första."),
    "whole_months": gettext_lazy("%(value)s är inte hela månader. Börja den första och sluta den sista dagen i en månad."),
    "source": gettext_lazy("Skriv källan: vilken lag, förordning eller vilket beslut, och var du läste det."),
    "not_a_number": gettext_lazy("%(where)s ska vara ett tal. Där står ”%(value)s”."),
    "not_whole": gettext_lazy("%(where)s ska vara ett helt tal. Där står ”%(value)s”."),
    "out_of_bounds": gettext_lazy("%(where)s ska ligga inom %(value)s. Kontrollera mot källan."),
    "unit": gettext_lazy("%(where)s räknas inte i ”%(value)s”. Ta bort enheten, eller rätta den."),
    "rate_source": gettext_lazy("%(where)s: skriv källan, alltså vilken paragraf eller vilket beslut värdet står i."),
    "most_below_least": gettext_lazy("Högsta antalet ersättningsdagar, %(value)s, är lägre än det minsta. Har de bytt plats?"),
    "too_old": gettext_lazy("Riksnormen har ingen rad för ett barn som är %(value)s år."),
}
WHERE = {
    "child": gettext_lazy("Barn %(which)s år"),
    "lunch": gettext_lazy("Barn %(which)s år, utan lunch"),
    "adult.single": gettext_lazy("Ensamstående"),
    "adult.couple": gettext_lazy("Sambor"),
    "extra": gettext_lazy("Tillägg %(which)s"),
    "rules": gettext_lazy("Regler"),
    "valid_from": gettext_lazy("Första dagen"),
    "valid_to": gettext_lazy("Sista dagen"),
}


def table_fault(fault: TableFault) -> str:
    """What is wrong with a riksnorm or with rules and what to do, in the reader's language."""
    known = formatting.list_of(sorted(RULES))
    return str(FAULTS[fault.code]) % {"where": place(fault.where), "value": fault.value, "known": known}


def place(where: str) -> str:
    """A row of the table, such as ``child.4-6``, in words."""
    if where in WHERE:
        return str(WHERE[where]) % {"which": ""} if "%" in str(WHERE[where]) else str(WHERE[where])
    kind, _dot, which = where.partition(".")
    if kind == "rate":
        return rule(which)
    if kind == "common" and which.isdigit():
        return common(int(which))
    return str(WHERE[kind]) % {"which": which.replace("-", "–")} if kind in WHERE and which else where


def common(many: int) -> str:
    """The costs that a household of so many shares."""
    said = ngettext("Gemensamma kostnader, %(n)s person", "Gemensamma kostnader, %(n)s personer", many)
    return said % {"n": many}


RULES_SAID = {
    "change_percent": gettext_lazy("Ändring som ger en varning"),
    "stimulus_percent": gettext_lazy("Jobbstimulans: del av lönen som inte räknas"),
    "stimulus_after_months": gettext_lazy("Jobbstimulans: efter så många månader i följd"),
    "stimulus_months": gettext_lazy("Jobbstimulans: gäller så länge"),
    "price_base_amount": gettext_lazy("Prisbasbelopp: barns egen lön räknas över det"),
    "youth_under": gettext_lazy("Skolungdom räknas till"),
    "part_month_days": gettext_lazy("Dagar i en månad när ett barn bor en del av den"),
    "benefit_days_least": gettext_lazy("Minst så många ersättningsdagar utan varning"),
    "benefit_days_most": gettext_lazy("Högst så många ersättningsdagar utan varning"),
    "wage_reported_day": gettext_lazy("Dag då förra månadens lön är rapporterad"),
    "request_days": gettext_lazy("Dagar att svara på en begäran"),
}
UNITS = {
    "percent": gettext_lazy("procent"),
    "months": gettext_lazy("månader"),
    "days": gettext_lazy("dagar"),
    "day": gettext_lazy("dag i månaden"),
    "kronor": gettext_lazy("kronor"),
    "years": gettext_lazy("år"),
}
UNITS_SAID = {
    "percent": gettext_lazy("%(n)s procent"),
    "months": gettext_lazy("%(n)s månader"),
    "days": gettext_lazy("%(n)s dagar"),
    "day": gettext_lazy("den %(n)s i månaden"),
    "kronor": gettext_lazy("%(n)s kr"),
    "years": gettext_lazy("%(n)s år"),
}


def rule(name: str) -> str:
    """What a rule is called."""
    return str(RULES_SAID[name])


def unit(name: str) -> str:
    """What a value is counted in."""
    return str(UNITS[name])


def rule_value(rate: Rate) -> str:
    """A rule's value with its unit."""
    return str(UNITS_SAID[rate.unit]) % {"n": formatting.number(rate.value)}
