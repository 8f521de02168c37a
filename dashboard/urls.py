"""The two doors: one for programs, one for people; and the porter."""

from django.urls import include, path

from dashboard.api.healthz import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("healthz/", healthz),
    path("api/", include("dashboard.api.urls")),
    path("", include("dashboard.web.urls")),
]
