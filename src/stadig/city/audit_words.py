"""The audit log's verbs in words for those who read it. A verb without words here is shown as it is written in the log."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "acknowledged": _("Tog hand om larmet"),
    "activated": _("Satte på"),
    "added": _("Lade till"),
    "alarm over": _("Larmet upphörde"),
    "answered": _("Svarade"),
    "asked for a decision": _("Begärde att ärendet avgörs"),
    "asked for a plan": _("Beställde en plan"),
    "asked for a review": _("Bad om granskning"),
    "asked to complete": _("Bad om komplettering"),
    "assigned": _("Lämnade ut arbete"),
    "completed": _("Kompletterade"),
    "changed": _("Ändrade"),
    "changed_mapping": _("Ändrade hur meddelanden läses"),
    "closed": _("Avslutade"),
    "created": _("Lade upp"),
    "decided": _("Fattade ett beslut"),
    "defined": _("Läste in en ärendetyp"),
    "destroyed": _("Förstörde uppgifter enligt lag"),
    "did a task": _("Gjorde klart en uppgift"),
    "disclosed": _("Lämnade ut"),
    "emptied": _("Tömde"),
    "ended_sessions": _("Loggade ut på alla enheter"),
    "erased": _("Raderade"),
    "erased contacts": _("Raderade kontaktuppgifter"),
    "founded": _("Grundade"),
    "gave_role": _("Gav en roll"),
    "handed back": _("Lämnade tillbaka ett ärende"),
    "imported": _("Läste in"),
    "imported districts": _("Läste in områden"),
    "imported streets": _("Läste in gator"),
    "locked": _("Låste"),
    "logged_in": _("Loggade in"),
    "looked_up": _("Sökte en person"),
    "noted": _("Antecknade"),
    "opened": _("Öppnade"),
    "paused": _("Pausade"),
    "planned": _("Planerade"),
    "published": _("Publicerade"),
    "queued": _("Lade ett meddelande i kö"),
    "read": _("Läste"),
    "read_audit": _("Läste granskningsloggen"),
    "read_disclosed": _("Läste något som lämnats ut"),
    "read_reveals": _("Läste vilka skyddade uppgifter som visats"),
    "registered": _("Registrerade"),
    "rejected": _("Stoppade en fil"),
    "released": _("Släppte fram en fil"),
    "reopened": _("Öppnade igen"),
    "reported": _("Sade till"),
    "reported a fault": _("Anmälde ett fel"),
    "resumed": _("Startade igen"),
    "retired": _("Tog ur bruk"),
    "revealed": _("Visade en skyddad uppgift"),
    "reviewed": _("Granskade"),
    "revoked": _("Drog tillbaka"),
    "rotated_key": _("Bytte nyckel"),
    "sent": _("Skickade ett meddelande"),
    "set status": _("Ändrade ett ärendes läge"),
    "set_municipality": _("Ändrade kommunens uppgifter"),
    "set_password": _("Bytte lösenord"),
    "set_rollout": _("Ändrade var tjänsten är på"),
    "stored": _("Tog emot en fil"),
    "subscribed": _("Började bevaka"),
    "told the committee": _("Anmälde beslut till nämnden"),
    "took a case": _("Tog ett ärende"),
    "took back a question": _("Tog tillbaka en fråga om komplettering"),
    "tipped": _("Tömde bilen"),
    "took_role": _("Tog bort en roll"),
    "unacknowledged": _("Lämnade larmet igen"),
    "unlocked": _("Låste upp"),
    "unsubscribed": _("Slutade bevaka"),
    "withdrew": _("Tog tillbaka sitt ärende"),
    "wrote": _("Skrev ett meddelande"),
}
BEGINNINGS: dict[str, Any] = {
    "alarm: ": _("Slog larm"),
    "changed by import: ": _("Ändrade genom inläsning"),
    "changed ": _("Ändrade"),
    "chose ": _("Valde"),
    "closed as ": _("Avslutade"),
    "skipped: ": _("Hoppade över"),
}


def words(did: str) -> str:
    """*emptied* → *Tömde*; a verb that is not known as it is."""
    if did in WORDS:
        return str(WORDS[did])
    return next((str(text) for beginning, text in BEGINNINGS.items() if did.startswith(beginning)), did)
