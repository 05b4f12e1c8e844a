from django.urls import path

from stadig.files import views

app_name = "files"
urlpatterns = [path("filer/<uuid:file_id>/", views.download, name="download")]
