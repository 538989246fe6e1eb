"""The addresses of the demo; each answers 404 outside it."""

from django.urls import path

from trainingportal.demo import views

urlpatterns = [
    path("", views.home, name="demo"),
    path("enter/", views.enter, name="demo-enter"),
    path("mail/", views.mailbox, name="demo-mailbox"),
    path("mail/<int:pk>/", views.mail, name="demo-mail"),
    path("mail/<int:pk>/as-sent/", views.mail_as_sent, name="demo-mail-as-sent"),
]
