from django.urls import path

from stadig.post import views, webhook_views

app_name = "post"
urlpatterns = [
    path("arbetsplats/meddelanden/", views.outbox, name="outbox"),
    path("arbetsplats/meddelanden/<int:message_id>/", views.message, name="message"),
    path("arbetsplats/notiser/", views.notices, name="notices"),
    path("arbetsplats/notiser/lasta/", views.seen, name="seen"),
    path("laget/webhooks/", webhook_views.overview, name="webhooks"),
    path("laget/webhooks/<uuid:delivery_id>/igen/", webhook_views.replay, name="webhook-replay"),
    path("laget/webhooks/system/<int:subscriber_id>/stoppa/", webhook_views.stop, name="webhook-stop"),
    path("laget/webhooks/system/<int:subscriber_id>/ny-nyckel/", webhook_views.rotate, name="webhook-rotate"),
    path("laget/webhooks/system/<int:subscriber_id>/gammal-nyckel/", webhook_views.forget_before, name="webhook-forget"),
]
