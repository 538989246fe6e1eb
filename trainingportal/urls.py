"""Every address of the portal."""

from django.urls import URLPattern, URLResolver, include, path

from trainingportal import health, kept_posts
from trainingportal.desk.site import desk

# What begins with a word of its own comes first: one look tells that an address is not there.
urlpatterns: list[URLPattern | URLResolver] = [
    path("health/", health.alive, name="health"),
    path("health/ready/", health.ready, name="health-ready"),
    path("sign-in/what-you-typed/", kept_posts.show, name="kept-post"),
    path("agenda/", include("agendas.urls")),
    path("desk/", desk.urls),
    path("ask-for-training/", include("trainingportal.asking.urls")),
    path("speaking/", include("trainingportal.speaking.urls")),
    path("demo/", include("trainingportal.demo.urls")),
    path("", include("trainingportal.public_urls")),
    path("", include("accounts.urls")),
    path("", include("trainingportal.requester.urls")),
]

handler400 = "trainingportal.errors.bad_request"
handler403 = "trainingportal.errors.forbidden"
handler404 = "trainingportal.errors.not_found"
handler500 = "trainingportal.errors.server_error"
