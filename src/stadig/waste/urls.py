from datetime import date

from django.urls import path, register_converter

from stadig.waste.views import crew, planning, residents, staff


class Day:
    """A date in an address: ``2026-11-24``."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        day = date.fromisoformat(value)
        if not 2000 <= day.year <= 2100:
            raise ValueError(value)
        return day

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(Day, "day")

app_name = "waste"
urlpatterns = [
    path("papperskorgar/", residents.near, name="near"),
    path("papperskorgar/karta.json", residents.near_map, name="near-map"),
    path("papperskorgar/<int:bin_id>/", residents.bin_public, name="bin-public"),
    path("papperskorgar/<int:bin_id>/sag-till/", residents.report, name="report"),
    path("papperskorgar/svar/<str:token>/", residents.report_status, name="report-status"),
    path("arbetsplats/korgar/", staff.bin_list, name="bins"),
    path("arbetsplats/korgar/karta.json", staff.bin_map, name="bins-map"),
    path("arbetsplats/korgar/<int:bin_id>/", staff.bin_detail, name="bin"),
    path("arbetsplats/korgar/<int:bin_id>/andra/", staff.bin_edit, name="bin-edit"),
    path("arbetsplats/bilar/", staff.vehicles, name="vehicles"),
    path("arbetsplats/bilar/<int:vehicle_id>/", staff.vehicle_edit, name="vehicle-edit"),
    path("arbetsplats/plan/", planning.today, name="plan"),
    path("arbetsplats/plan/<day:day>/", planning.plan, name="plan-day"),
    path("arbetsplats/plan/<day:day>/karta.json", planning.plan_features, name="plan-map"),
    path("arbetsplats/plan/<day:day>/utskrift/", planning.printed, name="plan-print"),
    path("arbetsplats/plan/<day:day>/framsteg/", planning.progress, name="plan-progress"),
    path("arbetsplats/plan/<day:day>/vantar/", planning.waiting, name="plan-waiting"),
    path("arbetsplats/plan/<day:day>/rakna/", planning.compute, name="plan-compute"),
    path("arbetsplats/plan/<day:day>/las/", planning.lock, name="plan-lock"),
    path("arbetsplats/plan/<day:day>/angra/", planning.unlock, name="plan-unlock"),
    path("arbetsplats/plan/<day:day>/korg/<int:bin_id>/", planning.choose, name="plan-choose"),
    path("bil/", crew.next_stop, name="crew"),
    path("bil/stopp/", crew.all_stops, name="crew-stops"),
    path("bil/stopp/<int:stop_id>/tomd/", crew.emptied, name="crew-emptied"),
    path("bil/stopp/<int:stop_id>/hoppa-over/", crew.skip, name="crew-skip"),
    path("bil/stopp/<int:stop_id>/fel/", crew.fault, name="crew-fault"),
    path("bil/arbete/<int:order_id>/", crew.work_order, name="crew-order"),
    path("bil/arbete/<int:order_id>/klart/", crew.order_done, name="crew-order-done"),
]
