"""Four pages: a word, a query, a form, a list."""

from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bench.bare.models import Session


class SessionForm(ModelForm):
    """All six fields."""

    class Meta:
        model = Session
        fields = ["title", "town", "day", "seats", "is_online", "notes"]


def hello(request: HttpRequest) -> HttpResponse:
    """No template, no query."""
    return HttpResponse("hello")


def one_query(request: HttpRequest) -> HttpResponse:
    """One row, no template."""
    return HttpResponse(str(Session.objects.get(pk=1)))


def form(request: HttpRequest) -> HttpResponse:
    """A form of six fields, drawn by Django."""
    return render(request, "bare/form.html", {"form": SessionForm()})


def sessions(request: HttpRequest) -> HttpResponse:
    """Two hundred rows in a table."""
    return render(request, "bare/list.html", {"sessions": Session.objects.order_by("day", "pk")[:200]})
