"""The rows, reasons and notices of a proposal in words. What an agency did not say is never put as something it said."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from stadig.assistance import benefits, words
from stadig.assistance.incomes import earlier
from stadig.assistance.proposal import REST, Notice, Part, Row
from stadig.exchange.names import agency as agency_name
from stadig.exchange.terms import SO
from stadig.ui import formatting

BENEFITS = {
    "wage": gettext_lazy("Lön"),
    "day_benefit": gettext_lazy("Sjukpenning och annan dagersättning"),
    "activity_support": gettext_lazy("Aktivitetsstöd"),
    "parental": gettext_lazy("Föräldrapenning"),
    "pm": gettext_lazy("Pension"),
    "pension_annuity": gettext_lazy("Pension, sjukersättning och livränta"),
    "housing_allowance": gettext_lazy("Bostadsbidrag"),
    "housing_supplement": gettext_lazy("Bostadstillägg"),
    "child_allowance": gettext_lazy("Barnbidrag"),
    "maintenance": gettext_lazy("Underhållsstöd"),
    "study_support": gettext_lazy("Studiestöd"),
    "study_grant": gettext_lazy("Studiehjälp"),
    "unemployment": gettext_lazy("A-kassa"),
    "electricity_support": gettext_lazy("Elstöd"),
    "tax_refund": gettext_lazy("Skatteåterbäring"),
    "capital": gettext_lazy("Inkomst av kapital"),
    "disability_allowance": gettext_lazy("Ersättning för merkostnader"),
    "housing_cost": gettext_lazy("Bostadskostnad"),
}
COSTS = {
    "rent": gettext_lazy("Hyra eller avgift"),
    "electricity": gettext_lazy("Hushållsel"),
    "insurance": gettext_lazy("Hemförsäkring"),
    "travel": gettext_lazy("Resor till arbete eller skola"),
    "union": gettext_lazy("Fack och a-kassa"),
    "medicine": gettext_lazy("Medicin"),
    "doctor": gettext_lazy("Läkare eller sjukhus"),
    "dentist": gettext_lazy("Tandläkare"),
    "child_care": gettext_lazy("Förskola eller fritids"),
    "glasses": gettext_lazy("Glasögon"),
    "other": gettext_lazy("Annan utgift"),
    "added": gettext_lazy("Annan kostnad"),
}
DECLARED = {
    "salary": gettext_lazy("Lön, uppgiven"),
    "unemployment": gettext_lazy("A-kassa eller aktivitetsstöd, uppgivet"),
    "sickness": gettext_lazy("Sjukpenning eller sjukersättning, uppgiven"),
    "parental": gettext_lazy("Föräldrapenning, uppgiven"),
    "child": gettext_lazy("Barnbidrag eller underhåll, uppgivet"),
    "housing": gettext_lazy("Bostadsbidrag, uppgivet"),
    "study": gettext_lazy("Studiestöd, uppgivet"),
    "pension": gettext_lazy("Pension, uppgiven"),
    "other": gettext_lazy("Annan inkomst, uppgiven"),
}
WHO = {"applicant": gettext_lazy("Sökande"), "co_applicant": gettext_lazy("Medsökande"), "child": gettext_lazy("Barn")}
WHY = {
    "never_asked": gettext_lazy("Inte frågad än."),
    "waiting": gettext_lazy("Svaret har inte kommit än."),
    "partial": gettext_lazy("Bara en del av svaret kom."),
    "not_entitled": gettext_lazy("Uppgiften lämnas inte ut till oss."),
    "no_match": gettext_lazy("Myndigheten hittade inte personen."),
    "protected": gettext_lazy("Skyddad uppgift. Den lämnas inte ut digitalt."),
    "error": gettext_lazy("Svaret gick fel."),
    "timeout": gettext_lazy("Inget svar i tid."),
    "breaker_open": gettext_lazy("Myndigheten svarar inte just nu."),
    "closed": gettext_lazy("Myndigheten var stängd när vi frågade."),
    "not_asked": gettext_lazy("Inte frågad."),
    "unknown_code": gettext_lazy("Svaret har en kod som vi inte känner."),
    "manual": gettext_lazy("Antecknat samtal. Det räknas när du har skrivit in beloppet och varför."),
    "not_reported": gettext_lazy("Månadens lön är inte rapporterad än."),
    "period": gettext_lazy("Frågan gällde inte hela månaden."),
    "not_over": gettext_lazy("Månaden var inte slut när vi frågade."),
    "school": gettext_lazy("Vi vet inte om personen går i skolan."),
    "unplaced": gettext_lazy("En utbetalning saknar belopp eller dag."),
    "no_law": gettext_lazy("Inte frågad: det finns inget lagstöd."),
    "not_chosen": gettext_lazy("Inte frågad: myndigheten var inte vald."),
    "not_connected": gettext_lazy("Inte frågad: kommunen är inte ansluten."),
    "prefetch_off": gettext_lazy("Inte frågad i förväg."),
    "no_number": gettext_lazy("Inte frågad: personen har inget personnummer här."),
}


def kronor(amount: Decimal | None, *, signed: bool = False) -> str:
    """An amount as it is read: 1 900, −4 212 or 342,50."""
    if amount is None:
        return "?"
    whole = amount == amount.to_integral_value()
    text = formatting.number(abs(amount), 0 if whole else 2)
    return f"−{text}" if amount < 0 else f"+{text}" if signed and amount > 0 else text


def why(code: str) -> str:
    """Why a row is missing; a reason that has no words is shown as it is."""
    return str(WHY.get(code, code))


def benefit(row: str, label: str = "", agency: str = "") -> str:
    """What a benefit's row is called; one that is not listed by the agency's own words."""
    if benefits.off_list(row):
        return label or _("Okänd ersättning från %(agency)s") % {"agency": formatting.inside(agency_name(agency))}
    return str(BENEFITS.get(row, row))


def head(row: Row, living: str, year: int) -> str:
    """What a row of the proposal is."""
    if row.kind in {"norm", "school"}:
        return _norm(row, living, year)
    if row.kind == "cost":
        return row.label if row.about in {"other", "added"} and row.label else str(COSTS.get(row.about, row.about))
    if row.kind == "missing":
        return _missing(row)
    if row.kind == "stimulus":
        return _("Jobbstimulans, en del av lönen räknas inte")
    return _income(row)


def _income(row: Row) -> str:
    if row.about.startswith("declared:"):
        return row.label or str(DECLARED.get(row.about.partition(":")[2], DECLARED["other"]))
    return row.label if row.about == "by_hand" else benefit(row.about, row.label, row.agency)


def _missing(row: Row) -> str:
    if row.about == REST:
        return _("Annat från %(agency)s") % {"agency": formatting.inside(agency_name(row.agency))}
    usual = benefits.USUAL.get(row.agency, "")
    agency = formatting.inside(agency_name(row.agency))
    name = str(BENEFITS[usual]) if usual else _("Ersättning från %(agency)s") % {"agency": agency}
    return f"{name}, {row.label}" if row.label and row.agency == SO else name


def _norm(row: Row, living: str, year: int) -> str:
    if row.kind == "school":
        return _("%(what)s: går i skolan?") % {"what": part(Part("child", row.label, Decimal(0)))}
    couple = living == "couple"
    return (_("Riksnorm %(year)s, sambor") if couple else _("Riksnorm %(year)s, ensamstående")) % {"year": str(year)}


def part(one: Part) -> str:
    """One of the amounts of the riksnorm."""
    kind, _colon, about = one.about.partition(":")
    if kind == "child":
        age = int(one.label)
        return _("Barn, under ett år") if age < 1 else ngettext("Barn, %(n)s år", "Barn, %(n)s år", age) % {"n": age}
    if kind == "common":
        return words.common(int(about))
    return _("Personliga kostnader, vuxna") if kind == "adult" else about


def notes(row: Row) -> tuple[str, ...]:
    """What is said beneath a row: why it is missing, what was applied for, what was carried over."""
    said: list[str] = [f"{part(one)}: {formatting.crowns(kronor(one.amount))}" + _days(one) for one in row.parts]
    said += [why(row.missing)] if row.missing else []
    for code, values in row.notes:
        said.append(_note(code, values))
    if row.entered:
        said.append(_("%(who)s: %(why)s") % {"who": row.entered.by, "why": row.entered.why})
    return tuple(filter(None, said))


def _days(one: Part) -> str:
    said = _("Bor här %(days)s dagar i månaden.") % {"days": one.days}
    return f". {said}" if one.days is not None else ""


def _note(code: str, values: tuple[str, ...]) -> str:
    if code == "applied":
        return _("Sökt: %(amount)s kr.") % {"amount": kronor(Decimal(values[0]))}
    if code == "stated":
        return _("Den sökande har uppgett %(amount)s kr. Det räknas tills underlaget kommer, men är inte styrkt.") % {
            "amount": kronor(Decimal(values[0]))
        }
    simple = {
        "before_tax": _("Beloppet är före skatt. Myndigheten anger inget belopp efter skatt."),
        "planned": _("Planerad utbetalning."),
        "excluded": _("Visas men räknas inte som inkomst."),
        "carry_asks": _(
            "Fanns månaden före och inte i kontrollmånaden. Räknades den förra månaden? Den räknas inte nu förrän du har svarat."
        ),
        "carried": _("Räknas från månaden före, eftersom ersättningen inte finns i kontrollmånaden."),
        "youth": _("Barns egen lön räknas inte upp till ett prisbasbelopp om året."),
    }
    return simple.get(code, "")


def compared(one: Notice, month: dt.date, who: str = "") -> str:
    """What comparing the two months before ``month`` found of a benefit, as a sentence with both. ``who``: whose, where there are several."""
    months = formatting.MONTHS[formatting.language()]
    name = (one.label or benefit(one.about, "", benefits.agency_of(one.about))) + (f" ({who})" if who else "")
    said = {"what": name, "before": kronor(one.before), "now": kronor(one.now), "percent": _percent(one.percent)}
    said |= {"month": months[earlier(month, 1).month - 1], "earlier": months[earlier(month, 2).month - 1]}
    sentences = {
        "changed": _("Ändrat: %(what)s, %(now)s kr i %(month)s mot %(before)s kr i %(earlier)s (%(percent)s)."),
        "new": _("Nytt: %(what)s, %(now)s kr i %(month)s. Inget i %(earlier)s."),
        "vanished": _("Borta: %(what)s, %(before)s kr i %(earlier)s. Inget i %(month)s."),
        "vanished_counted": _(
            "Borta: %(what)s, %(before)s kr i %(earlier)s när vi räknade förra månaden. Nu anger myndigheten inget för %(earlier)s eller %(month)s."
        ),
    }
    return sentences[one.code] % said


def notice(one: Notice) -> str:
    """Something else to look at, as a sentence."""
    who = str(WHO.get(one.who, "")).lower()
    said = {"what": benefit(one.about, one.label, one.about), "who": who, "label": one.label}
    said |= {"before": kronor(one.before), "now": kronor(one.now)}
    if one.code == "off_list":
        said["what"] = one.label or _("En ersättning")
        return _("%(what)s finns inte i listan över ersättningar. Den räknas tills du bestämmer något annat.") % said
    if one.code == "child":
        return _("Ett barn räknas inte med: %(why)s") % {"why": _child(one)}
    sentences = {
        "days": _("%(what)s, %(who)s: ersättning för %(now)s dagar. Se efter om månaden är hel."),
        "summer": _("Studiehjälp betalas inte ut i juli, augusti och september."),
        "declared_otherwise": _("%(what)s, %(who)s: myndigheten anger %(now)s kr, ansökan %(before)s kr."),
        "capital": _("Inkomst av kapital %(label)s, %(who)s: %(now)s kr. Se efter om det finns tillgångar."),
        "assets": _("Ansökan tar upp tillgångar för %(now)s kr. De räknas inte här: ta ställning till dem."),
    }
    if one.code == "more_at_home":
        many = int(one.about)
        return ngettext(
            "%(n)s person till bor i bostaden. Välj om de delar hushåll.",
            "%(n)s personer till bor i bostaden. Välj om de delar hushåll.",
            many,
        ) % {"n": many}
    return sentences[one.code] % said


def _percent(percent: Decimal | None) -> str:
    if percent is None:
        return ""
    return f"{'−' if percent < 0 else '+'}{formatting.percent(float(abs(percent)), 0 if abs(percent) >= 1 else 1)}"


def _child(one: Notice) -> str:
    if one.about == "unborn":
        return _("det är inte fött än.")
    return _("%(age)s år och inte i skolan, eller över 20.") % {"age": one.label}
