"""The two doors: one for programs, one for people; and the porter."""

from django.urls import include, path

from dashboard.api.errors import not_found
from dashboard.api.healthz import healthz

handler404 = not_found

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("healthz/", healthz),
    path("api/", include("dashboard.api.urls")),
    path("", include("dashboard.web.urls")),
]
