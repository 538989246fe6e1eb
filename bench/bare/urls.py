"""The addresses of the bare site."""

from django.urls import path

from bench.bare import views

urlpatterns = [
    path("hello/", views.hello, name="hello"),
    path("query/", views.one_query, name="query"),
    path("form/", views.form, name="form"),
    path("list/", views.sessions, name="list"),
]
