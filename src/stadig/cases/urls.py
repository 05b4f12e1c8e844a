from django.urls import include, path

from stadig.cases.views import case, inbox

app_name = "cases"
urlpatterns = [
    path("mina/", include("stadig.cases.own_urls")),
    path("arbetsplats/arenden/", inbox.case_list, name="inbox"),
    path("arbetsplats/arenden/<int:case_id>/", case.case, name="case"),
    path("arbetsplats/arenden/<int:case_id>/ta/", case.take, name="take"),
    path("arbetsplats/arenden/<int:case_id>/lamna/", case.hand_back, name="hand-back"),
    path("arbetsplats/arenden/<int:case_id>/lage/", case.set_status, name="set-status"),
    path("arbetsplats/arenden/<int:case_id>/anteckna/", case.note, name="note"),
    path("arbetsplats/arenden/uppgift/<int:note_id>/klar/", case.done, name="done"),
]
