from django.urls import path

from stadig.eservices.views import around, catalogue, filling

app_name = "eservices"
urlpatterns = [
    path("e/", catalogue.catalogue, name="catalogue"),
    path("e/fortsatt/", around.resume, name="resume"),
    path("e/kvitto/<uuid:draft_id>/", around.receipt, name="receipt"),
    path("e/utkast/<uuid:draft_id>/sammanfattning/", around.summary, name="summary"),
    path("e/utkast/<uuid:draft_id>/sparat/", around.later, name="later"),
    path("e/utkast/<uuid:draft_id>/<slug:step_id>/", filling.step, name="step"),
    path("e/utkast/<uuid:draft_id>/<slug:step_id>/spara/", filling.save, name="save"),
    path("e/<slug:name>/", catalogue.service, name="service"),
    path("e/<slug:name>/ny/", around.begin, name="begin"),
]
