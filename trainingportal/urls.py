"""Every address of the portal."""

from django.urls import URLPattern, URLResolver, include, path

from trainingportal import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("trainingportal.public_urls")),
    path("", include("accounts.urls")),
    path("speaking/", include("trainingportal.speaking.urls")),
    path("health/", health.alive, name="health"),
    path("health/ready/", health.ready, name="health-ready"),
]
