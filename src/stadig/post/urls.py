from django.urls import path

from stadig.post import views

app_name = "post"
urlpatterns = [
    path("arbetsplats/meddelanden/", views.outbox, name="outbox"),
    path("arbetsplats/meddelanden/<int:message_id>/", views.message, name="message"),
    path("arbetsplats/notiser/", views.notices, name="notices"),
    path("arbetsplats/notiser/lasta/", views.seen, name="seen"),
]
