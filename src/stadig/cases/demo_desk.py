"""What the demo town shows of the diary desk: letters that came by post, notices on the board, a letter to print, and who answers calls."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from stadig.cases import bulletin, contact, letters, registering
from stadig.cases.bulletin import NewNotice
from stadig.cases.models import BulletinNotice, Case, CaseType, Party
from stadig.cases.registering import NewDocument
from stadig.city import actions as city
from stadig.city import clock
from stadig.city.models import Organisation, User
from stadig.city.roles import Role

PAPERS: Final = (
    ("Gatu- och parknämnden", NewDocument("received", "Förslag om fler bänkar i Hamnparken", counterpart="Lindhamns pensionärsförening",
                                              counterpart_public=True, text="Vi önskar sex bänkar med armstöd längs kajen.")),
    ("Gatu- och parknämnden", NewDocument("received", "Klagomål på snöröjning vid Skolgatan", kind="email", counterpart="Britta Berg",
                                              text="Trottoaren var inte skottad på morgonen.")),
    ("Gatu- och parknämnden", NewDocument("received", "Remiss om sänkt hastighet på väg 153", counterpart="Trafikverket",
                                              counterpart_public=True, text="Svar senast den 15 december.")),
    ("Gatu- och parknämnden", NewDocument("received", "Anmälan om störning från arbetsplats", kind="phone_note", counterpart="Ali Haddad",
                                             confidentiality="26 kap. 1 § offentlighets- och sekretesslagen", text="Ringer om buller på natten.")),
    ("Kommunstyrelsen", NewDocument("received", "Medborgarförslag om lånecyklar", counterpart="Siv Nyman", text="Låt oss låna cyklar vid stationen.")),
    ("Kommunstyrelsen", NewDocument("drawn_up", "Tjänsteskrivelse om öppettider i stadshuset", kind="note", text="Förslag till beslut.")),
    ("Kultur- och fritidsnämnden", NewDocument("received", "Fråga om tider i sporthallen", kind="email", counterpart="Lindhamns IF",
                                                   counterpart_public=True, text="Finns det tider på lördagar?")),
    ("Byggnadsnämnden", NewDocument("received", "Yttrande om detaljplan för Norra kajen", counterpart="Länsstyrelsen",
                                       counterpart_public=True, text="Länsstyrelsen har inget att invända.")),
)  # fmt: skip
"""Committee, and what came. Everyone is made up."""


def seed() -> None:
    """Write the diary, the board and a letter. The same clock gives the same town."""
    lars = User.objects.get(username="lars")
    registrar = _registrar_of_all(lars)
    now = clock.now()
    with clock.frozen(now):  # today's post: an earlier day would give it a number among those of later cases
        for committee, new in PAPERS:
            registering.begin_case(registrar, Organisation.objects.get(name=committee), new)
        answered = Case.objects.get(title="Förslag om fler bänkar i Hamnparken")
        registering.add_document(
            lars,
            answered.pk,
            NewDocument("sent", "Svar om bänkar", counterpart="Lindhamns pensionärsförening", counterpart_public=True),
        )
    _notices(registrar)
    nadia = User.objects.filter(username="nadia").first()
    if nadia:
        city.assign_role(None, nadia, Role.CONTACT_CENTRE)
        _calls(nadia)
    registrar.assignments.filter(role=Role.REGISTRAR, organisation=None).delete()


def _registrar_of_all(lars: User) -> User:
    """The seed registers for several committees; Lars himself for his own alone."""
    city.assign_role(None, lars, Role.REGISTRAR)
    return User.objects.get(pk=lars.pk)


def _notices(lars: User) -> None:
    now, park = clock.now(), Organisation.objects.get(name="Gatu- och parknämnden")
    board, building = Organisation.objects.get(name="Kommunstyrelsen"), Organisation.objects.get(name="Byggnadsnämnden")
    appeal = (
        "Är du medlem i kommunen kan du begära laglighetsprövning. Skriv till förvaltningsrätten vilket beslut det gäller och varför "
        "du tycker att det är olagligt. Brevet måste ha kommit fram senast den sista dagen."
    )
    where = "Stadshuset, Hamngatan 2, och hos registratorn"
    for days, kind, committee, title, body in (
        (40, "minutes", board, "Protokoll från kommunstyrelsens sammanträde", "Paragraf 140–162."),
        (5, "minutes", park, "Protokoll från gatu- och parknämndens sammanträde", "Paragraf 80–96."),
        (
            3,
            "consultation",
            building,
            "Samråd om detaljplan för Norra kajen",
            "Planen finns att läsa i stadshuset. Säg vad du tycker.",
        ),
        (
            1,
            "meeting",
            board,
            "Kommunstyrelsen sammanträder",
            "Tisdag i nästa vecka klockan 13.00 i stadshuset. Mötet är öppet för alla.",
        ),
    ):
        with clock.frozen(now - timedelta(days=days)):
            today = clock.today()
            minutes = kind == BulletinNotice.Kind.MINUTES
            down = bulletin.first_down_day(kind, today) + timedelta(days=1 if minutes else 21)
            bulletin.post_notice(
                lars,
                NewNotice(
                    kind=kind,
                    committee=committee,
                    title=title,
                    body=body,
                    down_on=down,
                    meeting_on=today - timedelta(days=7) if minutes else None,
                    approved_on=today - timedelta(days=1) if minutes else None,
                    kept_at=where if minutes or kind == "consultation" else "",
                    appeal=appeal if minutes else "",
                ),
            )


def _calls(nadia: User) -> None:
    """A message from a call, and a letter that waits to be printed."""
    nadia = User.objects.get(pk=nadia.pk)
    mine = Party.objects.filter(person__user__username="karin", case__type__file=CaseType.File.CASE)
    case = Case.objects.filter(pk__in=mine.values("case")).order_by("-registered_at").first()
    if case is None:
        return
    contact.take_message(nadia, case.pk, "Undrar när hen får besked.", call_back="0340-555 01")
    letters.write(
        nadia,
        case.pk,
        title="Så går det med ditt ärende",
        text="Hej!\n\nDu ringde och frågade hur det går. En handläggare har ditt ärende och hör av sig om något saknas.",
        name="Karin Ek",
        address="Kajen 2\n432 80 Lindhamn",
    )
