from django.urls import path

from stadig.eservices.editing.views import (
    adding,
    files,
    handling,
    listing,
    outline,
    parts,
    preview,
    review,
    service,
    steps,
    translating,
)

HERE = "arbetsplats/tjanster/"
ONE = f"{HERE}<int:edition_id>/"

urlpatterns = [
    path(HERE, listing.every, name="edit-list"),
    path(f"{HERE}ny/", listing.new, name="edit-new"),
    path(f"{HERE}andra/<slug:name>/", listing.begin, name="edit-begin"),
    path(ONE, outline.outline, name="edition"),
    path(f"{ONE}angra/", outline.undo, name="edition-undo"),
    path(f"{ONE}kasta/", listing.discard, name="edition-discard"),
    path(f"{ONE}ta-tillbaka/", listing.restore, name="edition-restore"),
    path(f"{ONE}tjansten/", service.service, name="edition-service"),
    path(f"{ONE}tjansten/eget/", service.local, name="edition-local"),
    path(f"{ONE}steg/<slug:step_id>/", steps.step, name="edition-step"),
    path(f"{ONE}steg/<slug:step_id>/ny-fraga/", adding.add, name="edition-add"),
    path(f"{ONE}fraga/<str:path>/", parts.part, name="edition-part"),
    path(f"{ONE}handlaggning/", handling.case, name="edition-case"),
    path(f"{ONE}handlaggning/status/<str:status_id>/", handling.status, name="edition-status"),
    path(f"{ONE}handlaggning/beslut/<str:decision_id>/", handling.decision, name="edition-decision"),
    path(f"{ONE}texter/", translating.texts, name="edition-texts"),
    path(f"{ONE}filer/", files.files, name="edition-files"),
    path(f"{ONE}filer/paket.zip", files.archive, name="edition-archive"),
    path(f"{ONE}granska/", review.review, name="edition-review"),
    path(f"{ONE}granska/publicera/", review.publish, name="edition-publish"),
    path(f"{ONE}granska/skicka-tillbaka/", review.send_back, name="edition-send-back"),
    path(f"{ONE}prov/", preview.preview, name="edit-preview"),
    path(f"{ONE}prov/<slug:step_id>/", preview.preview, name="edit-preview-step"),
]
