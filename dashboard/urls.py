"""The two doors: one for programs, one for people."""

from django.urls import include, path

urlpatterns = [
    path("api/", include("dashboard.api.urls")),
    path("", include("dashboard.web.urls")),
]
