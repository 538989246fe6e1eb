"""The addresses of the requester's pages, and of “take me to my page”."""

from django.urls import path

from trainingportal.requester import changing, views

urlpatterns = [
    path("home/", views.home_for_me, name="home-for-me"),
    path("your/", views.bookings, name="your-bookings"),
    path("your/<str:reference>/", views.booking, name="booking"),
    path("your/<str:reference>/offer/<int:number>/accept/", views.accept, name="booking-accept"),
    path("your/<str:reference>/decline/", views.decline, name="booking-decline"),
    path("your/<str:reference>/write/", views.write, name="booking-write"),
    path("your/<str:reference>/calendar.ics", views.calendar, name="booking-calendar"),
    path("your/<str:reference>/room/", views.room, name="booking-room"),
    path("your/<str:reference>/details/", views.details, name="booking-details"),
    path("your/<str:reference>/colleague/", views.colleague, name="booking-colleague"),
    path(
        "your/<str:reference>/colleague/<int:contact_id>/remove/",
        changing.remove_colleague,
        name="booking-colleague-remove",
    ),
    path("your/<str:reference>/request/<slug:part>/", changing.request_part, name="booking-request"),
    path("your/<str:reference>/withdraw/", changing.withdraw, name="booking-withdraw"),
    path("your/<str:reference>/change/", changing.change, name="booking-change"),
    path("your/<str:reference>/change/<slug:kind>/", changing.ask_change, name="booking-ask-change"),
    path(
        "your/<str:reference>/change/<int:change_id>/take-back/",
        changing.take_back,
        name="booking-take-back",
    ),
    path("your/<str:reference>/confirm-mailbox/", views.confirm_mailbox, name="booking-confirm-mailbox"),
]
