"""The addresses of Mina sidor."""

from django.urls import path

from stadig.cases.views import own

urlpatterns = [
    path("", own.overview, name="mine"),
    path("kontakt/", own.contact, name="contact"),
    path("folj/", own.follow, name="follow"),
    path("folj/<int:case_id>/", own.followed, name="followed"),
    path("<int:case_id>/", own.my_case, name="my-case"),
    path("<int:case_id>/betyg/", own.rate, name="rate"),
]
