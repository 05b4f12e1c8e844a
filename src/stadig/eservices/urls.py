from django.urls import path

from stadig.eservices.editing import urls as editing
from stadig.eservices.handing import urls as handing
from stadig.eservices.views import around, assisting, catalogue, completing, filling, signing, statistics, whom

app_name = "eservices"
urlpatterns = [
    *editing.urlpatterns,
    *handing.urlpatterns,
    path("e/", catalogue.catalogue, name="catalogue"),
    path("e/fortsatt/", around.resume, name="resume"),
    path("e/kvitto/<uuid:draft_id>/", around.receipt, name="receipt"),
    path("e/kvitto/<uuid:draft_id>/pdf/", around.receipt_pdf, name="receipt-pdf"),
    path("e/utkast/<uuid:draft_id>/sammanfattning/", around.summary, name="summary"),
    path("e/utkast/<uuid:draft_id>/vem/", whom.whom, name="whom"),
    path("e/utkast/<uuid:draft_id>/sparat/", around.later, name="later"),
    path("e/utkast/<uuid:draft_id>/<slug:step_id>/", filling.step, name="step"),
    path("e/utkast/<uuid:draft_id>/<slug:step_id>/spara/", filling.save, name="save"),
    path("e/underskrift/<slug:code>/", signing.sign, name="sign"),
    path("e/underskrift/<slug:code>/fil/<uuid:file_id>/", signing.signed_file, name="sign-file"),
    path("e/underskrift/<int:signature_id>/adress/", signing.address, name="sign-address"),
    path("e/komplettera/<int:case_id>/", completing.complete, name="complete"),
    path("e/statistik/", statistics.every, name="statistics"),
    path("e/<slug:name>/statistik/", statistics.one, name="service-statistics"),
    path("e/<slug:name>/", catalogue.service, name="service"),
    path("e/<slug:name>/ny/", around.begin, name="begin"),
    path("e/<slug:name>/blankett.pdf", around.blank, name="blank"),
    path("arbetsplats/synpunkter/<slug:name>/", statistics.lines, name="remarks"),
    path("arbetsplats/fyll-i/", assisting.assist, name="assist"),
]
