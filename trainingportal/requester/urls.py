"""The addresses of the requester's pages, and of “take me to my page”."""

from django.urls import path

from trainingportal.requester import views

urlpatterns = [
    path("home/", views.home_for_me, name="home-for-me"),
    path("your/<str:reference>/", views.booking, name="booking"),
]
