from django.urls import path

from stadig.work import views

app_name = "work"
urlpatterns = [
    path("arbetsplats/arbetsorder/", views.order_list, name="orders"),
    path("arbetsplats/arbetsorder/karta.json", views.order_map, name="orders-map"),
    path("arbetsplats/arbetsorder/<int:order_id>/", views.order_detail, name="order"),
    path("arbetsplats/arbetsorder/<int:order_id>/lag/", views.assign, name="assign"),
    path("arbetsplats/arbetsorder/<int:order_id>/stang/", views.close, name="close"),
]
