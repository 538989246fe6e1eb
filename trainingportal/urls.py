"""Every address of the portal."""

from django.urls import URLPattern, URLResolver, include, path

from trainingportal import health
from trainingportal.desk.site import desk

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("trainingportal.public_urls")),
    path("", include("accounts.urls")),
    path("desk/", desk.urls),
    path("ask-for-training/", include("trainingportal.asking.urls")),
    path("", include("trainingportal.requester.urls")),
    path("speaking/", include("trainingportal.speaking.urls")),
    path("demo/", include("trainingportal.demo.urls")),
    path("agenda/", include("agendas.urls")),
    path("health/", health.alive, name="health"),
    path("health/ready/", health.ready, name="health-ready"),
]

handler400 = "trainingportal.errors.bad_request"
handler403 = "trainingportal.errors.forbidden"
handler404 = "trainingportal.errors.not_found"
handler500 = "trainingportal.errors.server_error"
