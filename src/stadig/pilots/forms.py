"""What staff fill in beside the card itself."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from stadig.pilots.card_fields import Choices

TABLES = {"accept": ".csv,.txt,.tsv,.xlsx,.ods"}
EMPTY = _("Filen är tom. Välj den en gång till.")


def _which_day() -> forms.DateField:
    return forms.DateField(
        label=_("Vilken dag?"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Välj vilken dag."),
            "invalid": _("Skriv dagen som år-månad-dag, till exempel 2027-03-31."),
        },
    )


def _lines(label: Any, help_text: Any, *, rows: int, longest: int, **rest: Any) -> forms.CharField:
    """Several rows of text."""
    return forms.CharField(
        label=label, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows}), max_length=longest, **rest
    )


class New(forms.Form):
    """A trial from nothing: what it is called and which service is tried."""

    title = forms.CharField(
        label=_("Vad heter försöket?"),
        help_text=_("Till exempel: Papperskorgar som säger till."),
        max_length=160,
        error_messages={"required": _("Skriv vad försöket heter.")},
    )
    service = forms.ChoiceField(
        label=_("Vilken tjänst gäller det?"),
        help_text=_("Finns den inte i listan läggs den först till bland tjänsterna."),
        error_messages={"required": _("Välj vilken tjänst det gäller."), "invalid_choice": _("Välj en tjänst i listan.")},
    )

    def __init__(self, services: Choices, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        choices: Any = [("", _("Välj")), *services]
        self.fields["service"].choices = choices  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


METHODS = (
    ("complete", _("Vilka som helst: varje möjlig fördelning är lika trolig")),
    ("pairs", _("I par: de mest lika paras ihop, en av varje par får tjänsten")),
    ("constrained", _("Jämnt: bara fördelningar där grupperna är lika från början")),
)


class Draw(forms.Form):
    """Casting the lot in public."""

    method = forms.ChoiceField(label=_("Hur lottar ni?"), choices=METHODS, initial="complete", widget=forms.RadioSelect)
    seed = forms.CharField(
        label=_("Offentlig text som lotten räknas fram ur"),
        help_text=_(
            "Säg den högt innan ni lottar, till exempel nämndens dag och paragraf. Med den kan vem som helst göra om lottningen."
        ),
        max_length=160,
        error_messages={"required": _("Skriv den offentliga texten. Utan den kan ingen göra om lottningen.")},
    )
    chosen = forms.IntegerField(
        label=_("Hur många får tjänsten?"),
        help_text=_("Lämna tomt för hälften. I par är det alltid en i varje."),
        min_value=1,
        max_value=1000,
        required=False,
        error_messages={"invalid": _("Skriv hur många med siffror.")},
    )
    figures = _lines(
        _("Hur såg det ut förut i varje område?"),
        _("Behövs för par och jämna grupper. En rad för varje: beteckning; ett eller flera tal."),
        rows=6,
        longest=40_000,
        required=False,
    )
    tolerance = forms.FloatField(
        label=_("Hur olika får grupperna vara från början?"),
        help_text=_("I standardavvikelser. Bara för jämna grupper."),
        initial=0.5,
        min_value=0.01,
        max_value=5,
        localize=True,
        required=False,
        error_messages={"invalid": _("Skriv ett tal, till exempel 0,5.")},
    )
    why = forms.CharField(
        label=_("Varför lottar ni om?"),
        help_text=_("Skälet visas för alla."),
        max_length=500,
        required=False,
    )

    def __init__(self, refs: list[str], *args: Any, drawn: bool, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.refs = refs
        if not drawn:
            del self.fields["why"]
        elif self.is_bound:
            self.fields["why"].required = True
            self.fields["why"].error_messages["required"] = _("Skriv varför ni lottar om.")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("method") in ("pairs", "constrained") and "figures" not in self.errors:
            rows, wrong = figures_of(found.get("figures") or "", self.refs)
            found["rows"] = rows
            if wrong:
                self.add_error("figures", wrong)
        return found


def figures_of(text: str, refs: list[str]) -> tuple[list[list[float]], Any]:
    """(one row of numbers for each unit in their order, what is wrong with the text or an empty string)."""
    found: dict[str, list[float]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        ref, *cells = [one.strip() for one in line.replace("\t", ";").split(";")]
        if ref not in refs:
            return [], _("Rad %(number)d: ”%(ref)s” är inte med i försöket.") % {"number": number, "ref": ref[:40]}
        try:
            found[ref] = [float(one.replace("\u00a0", "").replace(" ", "").replace(",", ".")) for one in cells if one]
        except ValueError:
            return [], _("Rad %(number)d: skriv tal efter beteckningen, till exempel %(ref)s; 12,5.") % {
                "number": number,
                "ref": ref[:40],
            }
    missing = [one for one in refs if not found.get(one)]
    if missing:
        return [], _("Det saknas tal för %(which)s.") % {"which": ", ".join(missing[:5])}
    if len({len(one) for one in found.values()}) > 1:
        return [], _("Skriv lika många tal på varje rad.")
    return [found[one] for one in refs], ""


class Units(forms.Form):
    """Units that are not districts: typed or pasted, one on each line."""

    lines = _lines(
        _("Vilka är med?"),
        _("En på varje rad: beteckningen som siffrorna använder; namnet."),
        rows=10,
        longest=60_000,
        error_messages={"required": _("Skriv minst två, en på varje rad.")},
    )


class Spent(forms.Form):
    """Money spent on the trial."""

    day = _which_day()
    amount_kr = forms.FloatField(
        label=_("Hur mycket?"),
        min_value=0.01,
        max_value=1e10,
        localize=True,
        error_messages={
            "required": _("Skriv beloppet i kronor."),
            "invalid": _("Skriv beloppet med siffror, till exempel 12 500."),
        },
    )
    what = forms.CharField(
        label=_("Vad gällde det?"),
        help_text=_("Syns för alla. Skriv inga namn."),
        max_length=160,
        error_messages={"required": _("Skriv kort vad pengarna gick till.")},
    )


DECISIONS = (
    ("scale_up", _("Skala upp: den ska finnas för alla")),
    ("continue", _("Fortsätt försöket")),
    ("keep", _("Behåll den som den är")),
    ("withdraw", _("Dra tillbaka den")),
)


class Decide(forms.Form):
    """A decision, beside what the rule says."""

    decided = forms.ChoiceField(
        label=_("Vad beslutar ni?"),
        choices=DECISIONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vad ni beslutar.")},
    )
    body = forms.CharField(
        label=_("Vem beslutar?"),
        help_text=_("Nämnd eller chef, med paragraf om det finns."),
        max_length=160,
        error_messages={"required": _("Skriv vem som beslutar.")},
    )
    day = _which_day()
    reason = _lines(
        _("Skäl"),
        _("Behövs om ni beslutar något annat än regeln säger. Skälet visas för alla."),
        rows=4,
        longest=4000,
        required=False,
    )

    def __init__(self, rule_says: str, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        if rule_says in dict(DECISIONS):
            self.fields["decided"].initial = rule_says


class Learn(forms.Form):
    """Something learnt."""

    worked = forms.ChoiceField(
        label=_("Fungerade det?"),
        choices=(("no", _("Nej, det här fungerade inte")), ("yes", _("Ja, det här fungerade"))),
        initial="no",
        widget=forms.RadioSelect,
    )
    title = forms.CharField(
        label=_("Vad lärde ni er?"),
        help_text=_("Till exempel: Sensorerna tystnade i kyla."),
        max_length=120,
        error_messages={"required": _("Skriv vad ni lärde er, i några ord.")},
    )
    text = _lines(
        _("Berätta"),
        _("Vad hände, hur ofta, vad gör ni nu? Skriv så att en annan kommun slipper göra om det."),
        rows=3,
        longest=600,
        error_messages={"required": _("Berätta med en eller två meningar.")},
    )


class Reopen(forms.Form):
    """Taking a decision back."""

    why = forms.CharField(
        label=_("Varför tar ni tillbaka beslutet?"),
        help_text=_("Skälet visas för alla."),
        max_length=500,
        error_messages={"required": _("Skriv varför ni tar tillbaka beslutet.")},
    )


class Upload(forms.Form):
    """A file of figures."""

    outcome = forms.ChoiceField(
        label=_("Vilket mått gäller filen?"), error_messages={"required": _("Välj vilket mått filen gäller.")}
    )
    file = forms.FileField(
        label=_("Fil"),
        help_text=_("CSV eller Excel med kolumnerna enhet, dag och värde. Kolumner för vikt, grupp och ålder läses om de finns."),
        widget=forms.FileInput(attrs=TABLES),
        error_messages={"required": _("Välj en fil."), "empty": EMPTY},
    )

    def __init__(self, outcomes: list[tuple[str, str]], *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.fields["outcome"].choices = outcomes  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


class Ask(forms.Form):
    """What the design chooser needs to know."""

    units = forms.IntegerField(
        label=_("Hur många kan vara med?"),
        help_text=_("Personer, områden eller korgar, både de som får tjänsten och de som jämförs."),
        min_value=2,
        max_value=1_000_000,
        error_messages={"required": _("Skriv hur många som kan vara med."), "invalid": _("Skriv antalet med siffror.")},
    )
    worthwhile = forms.FloatField(
        label=_("Hur stor skillnad är värd pengarna?"),
        min_value=0.0001,
        max_value=1e9,
        localize=True,
        error_messages={
            "required": _("Skriv den minsta skillnad som är värd pengarna."),
            "invalid": _("Skriv ett tal, till exempel 20."),
        },
    )
    mean = forms.FloatField(
        label=_("Hur högt är måttet i dag?"),
        help_text=_("Medelvärdet, i måttets enhet."),
        localize=True,
        required=False,
        error_messages={"invalid": _("Skriv ett tal, till exempel 4,2.")},
    )
    sd = forms.FloatField(
        label=_("Hur mycket skiljer det sig?"),
        help_text=_("Standardavvikelsen mellan personer, eller mellan områden."),
        min_value=0,
        localize=True,
        required=False,
        error_messages={"invalid": _("Skriv ett tal, till exempel 1,3.")},
    )
    per_period = forms.IntegerField(
        label=_("Hur många nya kommer mellan två tillfällen ni tittar?"),
        help_text=_("Bara om ni lottar personer."),
        min_value=0,
        max_value=1_000_000,
        required=False,
        error_messages={"invalid": _("Skriv antalet med siffror.")},
    )
    figures = _lines(
        _("Hur har det varit förut?"),
        _("Säger mer än medelvärdet. En rad för varje: beteckning; ett tal för varje månad."),
        rows=5,
        longest=200_000,
        required=False,
    )
    file = forms.FileField(
        label=_("Eller en fil med samma siffror"),
        help_text=_("CSV eller Excel med kolumnerna enhet, dag och värde."),
        widget=forms.FileInput(attrs=TABLES),
        required=False,
        error_messages={"empty": EMPTY},
    )
    worst = forms.BooleanField(label=_("Området valdes för att det var sämst"), required=False)
