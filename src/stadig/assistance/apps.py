from django.apps import AppConfig


class AssistanceConfig(AppConfig):
    name = "stadig.assistance"
    label = "assistance"
    verbose_name = "Ekonomiskt bistånd"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from stadig.assistance import keeping, norms, prefetching, registration, telling
        from stadig.cases import destroying, own
        from stadig.city import attested, desk, erasure

        destroying.holds(keeping.forget_case)
        destroying.waits(keeping.why_kept)
        erasure.keeps(keeping.names)
        registration.register()
        own.register_log(telling.draw)
        desk.register(prefetching.cards)
        for table in norms.HELD:
            attested.register(table)
