"""Why something cannot be done in financial assistance. One hierarchy; each says what stands in the way and the way out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stadig.ui import formatting


class AssistanceError(Exception):
    """Why something in financial assistance could not be done. The text is for the case worker."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else self.words()

    def words(self) -> str:
        """What stands in the way and what to do, in the reader's language."""
        return _("Det gick inte att göra. Läs in sidan igen, eller fråga en kollega i enheten.")


class NotAllowed(AssistanceError):
    """The agencies may not be asked: the gate stays shut."""


class NoSuchCase(NotAllowed):
    """There is no such case."""

    def words(self) -> str:
        return _("Ärendet finns inte. Öppna det från listan över ärenden.")


class MayNotAsk(NotAllowed):
    """The one who asks has no work in which agencies are asked."""

    def words(self) -> str:
        return _("Du har ingen behörighet att fråga myndigheter. Be din chef om den om du behöver den i ditt arbete.")


class OwnCase(NotAllowed):
    """The one who asks is a party to the case (förvaltningslagen 16 §)."""

    def words(self) -> str:
        return _("Du är själv part i ärendet och får inte arbeta med det. Lämna det till en kollega.")


class AnotherUnits(NotAllowed):
    """The case is another unit's."""

    def words(self) -> str:
        return _("Ärendet hör till en annan enhet. Bara de som handlägger det får fråga myndigheterna.")


class WrongType(NotAllowed):
    """Not a case of financial assistance."""

    def words(self) -> str:
        return _("Myndigheterna får bara frågas i ett ärende om ekonomiskt bistånd. Det här är ett annat slags ärende.")


class CaseClosed(NotAllowed):
    """The case is closed."""

    def words(self) -> str:
        return _("Ärendet är avslutat. Kommer det in en ny ansökan frågar du i det nya ärendet.")


class NotInTheCase(NotAllowed):
    """The person is not one the case concerns."""

    def words(self) -> str:
        return _("Personen finns inte i ärendet som sökande, medsökande eller barn. Lägg till personen i ärendet först.")


class NoNumber(NotAllowed):
    """The person has no personnummer here."""

    def words(self) -> str:
        return _("Personen har inget personnummer hos oss, så ingen myndighet kan svara. Begär underlagen av den sökande.")


class ProtectedPerson(NotAllowed):
    """The person is protected, and the one who asks may not see protected persons."""

    def words(self) -> str:
        return _(
            "Personen har skyddade uppgifter. Lämna ärendet till en kollega som får se dem, eller be din chef om den behörigheten."
        )


class NotInAdvance(NotAllowed):
    """Nobody is asked in advance about a protected person."""

    def words(self) -> str:
        return _("Personen har skyddade uppgifter och frågas aldrig i förväg. En handläggare frågar när ansökan har kommit.")


class NothingChosen(NotAllowed):
    """No agency was named, or one that no connection reaches."""

    def words(self) -> str:
        return _("Välj minst en myndighet att fråga.")


class WrongPeriod(NotAllowed):
    """The period ends before it begins."""

    def words(self) -> str:
        return _("Perioden slutar innan den börjar. Välj en senare sista dag.")


class NotHere(NotAllowed):
    """The service is paused, or not rolled out here."""

    def words(self) -> str:
        return _("Frågor till myndigheter är inte påslaget här just nu. Ring myndigheten och anteckna samtalet.")


class UnknownAgency(NotAllowed):
    """An agency that no contract and no connection names."""

    def words(self) -> str:
        return _("En av myndigheterna finns inte här. Välj bland dem i listan.")


class OutsideThePeriod(NotAllowed):
    """The period reaches outside the months that the application is judged by: no more is asked than is needed."""

    def __init__(self, first: dt.date, last: dt.date) -> None:
        super().__init__()
        self.first, self.last = first, last

    def words(self) -> str:
        return _("Ansökan prövas på %(first)s till %(last)s. Välj dagar inom den tiden.") % {
            "first": formatting.day(self.first, weekday=False),
            "last": formatting.day(self.last, weekday=False),
        }


class TooMany(NotAllowed):
    """So many questions have been asked in the case within the hour that something is wrong."""

    def words(self) -> str:
        return _("Det har ställts många frågor i ärendet den senaste timmen. Läs svaren som finns, och vänta en timme med nästa.")


class NoneMayBeAsked(NotAllowed):
    """No agency may be asked: ``reasons`` is agency → why (``no_law``, ``period``, ``prefetch_off``)."""

    def __init__(self, reasons: dict[str, str]) -> None:
        super().__init__()
        self.reasons = dict(reasons)

    def words(self) -> str:
        if set(self.reasons.values()) == {"period"}:
            return _("Perioden är längre än vad någon av myndigheterna får svara på. Välj en kortare.")
        if set(self.reasons.values()) == {"prefetch_off"}:
            return _("Kommunen har inte valt att fråga någon av myndigheterna i förväg.")
        return _("Det finns inget lagstöd som gäller i dag för någon av myndigheterna. Be en chef skriva in det.")


class AlreadyAsked(NotAllowed):
    """The same was asked within the hour: ``lookup`` is its id, ``minutes`` when it may be asked anew. Show the stored answer."""

    def __init__(self, lookup: int, asked_at: dt.datetime, minutes: int) -> None:
        super().__init__()
        self.lookup, self.asked_at, self.minutes = lookup, asked_at, minutes

    def words(self) -> str:
        return ngettext(
            "Samma fråga ställdes %(when)s. Svaret står här. Du kan fråga på nytt om %(n)s minut.",
            "Samma fråga ställdes %(when)s. Svaret står här. Du kan fråga på nytt om %(n)s minuter.",
            self.minutes,
        ) % {"when": formatting.clock(self.asked_at), "n": self.minutes}


class NothingMissing(NotAllowed):
    """Every agency has answered with what counts as evidence."""

    def words(self) -> str:
        return _("Det finns inget att fråga igen om: alla som kan svara har svarat.")


class NotWritten(AssistanceError):
    """A note of a call lacks something. ``faults`` is field → what to write."""

    def __init__(self, faults: dict[str, Any]) -> None:
        super().__init__(next(iter(faults.values()), ""))
        self.faults = dict(faults)
