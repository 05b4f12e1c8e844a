from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EServicesConfig(AppConfig):
    name = "stadig.eservices"
    label = "eservices"
    verbose_name = "E-tjänster"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from django.urls import reverse

        from stadig.cases import contact, destroying, rating
        from stadig.city import effects, erasure, ramps, told
        from stadig.eservices import access, erasing, gained, mine, rated, reached, sampled, uploads
        from stadig.eservices.actions import completing  # noqa: F401 - registers its check
        from stadig.files import purposes
        from stadig.ui import navigation
        from stadig.work import kinds

        contact.register_assisted(lambda user: reverse("eservices:assist") if access.ASSIST.held_by(user) else "")
        erasure.holds(erasing.forget_person)
        erasure.keeps(erasing.names)
        destroying.holds(erasing.forget_case)
        mine.register()
        uploads.register()
        navigation.staff(_("Överlämnat"), "eservices:handed", access.HAND_OVER, order=83, administrative=True)
        purposes.register(access.WORK_PHOTOS, may_read=access.may_read_photo, keep=None)
        rating.register(rated.count)
        kinds.register("street", _("Fel på gata"), "construction")
        effects.metric("faults_mended", _("Lagade fel på gata"), "count", additivity="sum", sustainability="social")
        effects.metric(gained.VISITS, _("Resor som inte behövdes"), gained.UNIT, additivity="sum", sustainability="social")
        told.register_reach(reached.of)
        ramps.counts(sampled.counted)
        navigation.staff(_("Bygg tjänster"), "eservices:edit-list", access.EDIT, order=82, administrative=True)
        navigation.staff(_("Fyll i åt någon"), "eservices:assist", access.ASSIST, order=25)
        navigation.resident(_("Ansök och anmäl"), "eservices:catalogue", order=12)
