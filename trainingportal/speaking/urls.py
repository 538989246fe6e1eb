"""The addresses of a speaker's pages."""

from django.urls import path

from trainingportal.speaking import answering, calendars, diary, feed, limits, pack, views, writing

urlpatterns = [
    path("", views.home, name="speaking"),
    path("device/", views.remember_device, name="speaking-remember-device"),
    path("write/", writing.write, name="speaking-write"),
    path("pause/", views.pause, name="speaking-pause"),
    path("diary/", diary.diary, name="speaking-diary"),
    path("diary/right/", diary.diary_is_right, name="speaking-diary-right"),
    path("away/", diary.days_away, name="speaking-away"),
    path("away/<int:entry_id>/remove/", diary.remove_days_away, name="speaking-away-remove"),
    path("limits/", limits.limits, name="speaking-limits"),
    path("calendars/", calendars.calendars, name="speaking-calendars"),
    path("calendars/own/stop/", calendars.stop_own, name="speaking-own-stop"),
    path("calendars/own/london/", calendars.unknown_is_london, name="speaking-own-london"),
    path("calendars/feed/new/", calendars.new_feed, name="speaking-feed-new"),
    path("calendars/feed/stop/", calendars.stop_feed, name="speaking-feed-stop"),
    path("feed.ics", feed.feed, name="speaking-feed"),
    path("keep.js", pack.keeper, name="speaking-keeper"),
    path("<str:reference>/<int:number>/", answering.invitation, name="speaking-invitation"),
    path("<str:reference>/<int:number>/no-longer/", answering.no_longer, name="speaking-no-longer"),
    path("<str:reference>/<int:number>/session/", pack.session, name="speaking-session"),
]
