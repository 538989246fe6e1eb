"""The addresses of a speaker's pages."""

from django.urls import path

from trainingportal.speaking import views

urlpatterns = [
    path("", views.home, name="speaking"),
    path("pause/", views.pause, name="speaking-pause"),
    path("away/", views.days_away, name="speaking-away"),
    path("away/<int:entry_id>/remove/", views.remove_days_away, name="speaking-away-remove"),
    path("<str:reference>/<int:number>/", views.invitation, name="speaking-invitation"),
    path("<str:reference>/<int:number>/session/", views.session, name="speaking-session"),
]
