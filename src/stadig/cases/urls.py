from django.urls import include, path

from stadig.cases.views import case, deciding, handing_out, inbox, writing

app_name = "cases"
urlpatterns = [
    path("mina/", include("stadig.cases.own_urls")),
    path("", include("stadig.cases.desk_urls")),
    path("arbetsplats/arenden/", inbox.case_list, name="inbox"),
    path("arbetsplats/arenden/sok/", inbox.search, name="search"),
    path("arbetsplats/arenden/flera/", inbox.many, name="many"),
    path("arbetsplats/arenden/angra/", inbox.undo, name="undo"),
    path("arbetsplats/arenden/<int:case_id>/", case.case, name="case"),
    path("arbetsplats/arenden/<int:case_id>/ta/", case.take, name="take"),
    path("arbetsplats/arenden/<int:case_id>/lamna/", case.hand_back, name="hand-back"),
    path("arbetsplats/arenden/<int:case_id>/lage/", case.set_status, name="set-status"),
    path("arbetsplats/arenden/<int:case_id>/anteckna/", case.note, name="note"),
    path("arbetsplats/arenden/<int:case_id>/skriv/", writing.write, name="write"),
    path("arbetsplats/arenden/<int:case_id>/komplettering/", writing.completion, name="ask-completion"),
    path("arbetsplats/arenden/<int:case_id>/komplettering/tillbaka/", writing.take_back, name="take-back-completion"),
    path("arbetsplats/arenden/<int:case_id>/tilldela/", handing_out.assign, name="assign"),
    path("arbetsplats/arenden/<int:case_id>/flytta/", handing_out.move, name="move"),
    path("arbetsplats/arenden/<int:case_id>/uppgift/", handing_out.task, name="task"),
    path("arbetsplats/arenden/<int:case_id>/granskning/", writing.ask_review, name="ask-review"),
    path("arbetsplats/arenden/<int:case_id>/granskning/avbryt/", writing.cancel_review, name="cancel-review"),
    path("arbetsplats/arenden/<int:case_id>/beslut/", deciding.decide, name="decide"),
    path("arbetsplats/arenden/granskning/<int:review_id>/", writing.review, name="review"),
    path("arbetsplats/arenden/delegation/", deciding.delegation, name="delegation"),
    path("arbetsplats/arenden/delegation/<str:day>/", deciding.meeting, name="meeting"),
    path("arbetsplats/arenden/uppgift/<int:note_id>/klar/", case.done, name="done"),
]
