from django.urls import path

from stadig.eservices.handing import views

urlpatterns = [
    path("arbetsplats/overlamning/", views.handed, name="handed"),
    path("arbetsplats/overlamning/nyckel/", views.new_key, name="key-new"),
    path("arbetsplats/overlamning/nyckel/<int:key_id>/aterkalla/", views.revoke, name="key-revoke"),
    path("arbetsplats/overlamning/<int:hand_over_id>/igen/", views.again, name="hand-over-again"),
    path("api/e-tjanster/status/", views.status, name="status"),
]
