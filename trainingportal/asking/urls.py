"""The addresses of “Ask for training”."""

from django.urls import path

from trainingportal.asking import views

urlpatterns = [
    path("", views.show_page, {"name": "who"}, name="ask-training"),
    path("audience/", views.show_page, {"name": "audience"}, name="ask-training-audience"),
    path("need/", views.show_page, {"name": "need"}, name="ask-training-need"),
    path("when-and-where/", views.show_page, {"name": "when"}, name="ask-training-when"),
    path("check/", views.check, name="ask-training-check"),
    path("start-again/", views.start_again, name="ask-training-start-again"),
]
