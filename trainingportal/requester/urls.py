"""The addresses of the requester's pages, and of “take me to my page”."""

from django.urls import path

from trainingportal.requester import views

urlpatterns = [
    path("home/", views.home_for_me, name="home-for-me"),
    path("your/", views.bookings, name="your-bookings"),
    path("your/<str:reference>/", views.booking, name="booking"),
    path("your/<str:reference>/offer/<int:number>/accept/", views.accept, name="booking-accept"),
    path("your/<str:reference>/decline/", views.decline, name="booking-decline"),
    path("your/<str:reference>/write/", views.write, name="booking-write"),
    path("your/<str:reference>/room/", views.room, name="booking-room"),
    path("your/<str:reference>/details/", views.details, name="booking-details"),
    path("your/<str:reference>/colleague/", views.colleague, name="booking-colleague"),
    path("your/<str:reference>/confirm-mailbox/", views.confirm_mailbox, name="booking-confirm-mailbox"),
]
