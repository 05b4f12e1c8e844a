from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CasesConfig(AppConfig):
    name = "stadig.cases"
    label = "cases"
    verbose_name = "Ärenden"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stadig.cases import access, destroying, owed, reminding, taken_in
        from stadig.city import desk, effects, erasure, ramps
        from stadig.files import purposes
        from stadig.post import access as post
        from stadig.ui import navigation

        navigation.resident(_("Mina sidor"), "cases:mine", order=90)
        navigation.staff(_("Ärenden"), "cases:inbox", access.VIEW, order=20)
        navigation.staff(_("Diarium"), "cases:desk", access.REGISTER, order=24)
        navigation.staff(_("Anslag"), "cases:notices", access.POST_NOTICE, order=26)
        navigation.staff(_("Kontaktcenter"), "cases:calls", access.CONTACT, order=18)
        navigation.staff(_("Brev"), "cases:letters", post.PRINT, order=28)
        navigation.foot(_("Anslagstavla"), "cases:board", order=10)
        navigation.foot(_("Diarium"), "cases:diary", order=20)
        navigation.foot(_("Driftinformation"), "city:notices", order=30)
        desk.register(owed.cards)
        taken_in.register()
        ramps.counts(reminding.counted)
        erasure.holds(destroying.forget_person)
        erasure.keeps(destroying.names)
        purposes.register(access.FILES, may_read=access.may_read_file, keep=None, families=purposes.ALL)
        effects.metric("cases_registered", _("Inkomna ärenden"), "count", additivity="sum", sustainability="social")
        effects.metric(
            "case_days", _("Dagar från ansökan till beslut"), "day", direction="less", additivity="mean", sustainability="social"
        )
