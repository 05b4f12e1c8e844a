"""The addresses of Mina sidor."""

from django.urls import path

from stadig.cases.views import claiming, own, own_acts

urlpatterns = [
    path("", own.overview, name="mine"),
    path("kontakt/", own.contact, name="contact"),
    path("hamta/", claiming.claim, name="claim"),
    path("folj/", own.follow, name="follow"),
    path("folj/<int:case_id>/", own.followed, name="followed"),
    path("<int:case_id>/", own.my_case, name="my-case"),
    path("<int:case_id>/skriv/", own_acts.write, name="my-write"),
    path("<int:case_id>/ta-tillbaka/", own_acts.withdraw, name="my-withdraw"),
    path("<int:case_id>/begar-beslut/", own_acts.ask_decision, name="my-ask-decision"),
    path("<int:case_id>/betyg/", own.rate, name="my-rate"),
]
