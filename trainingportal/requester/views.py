"""The requester's pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def booking(request: HttpRequest, reference: str) -> HttpResponse:
    return render(request, "requester/booking.html")


def home_for_me(request: HttpRequest) -> HttpResponse:
    return render(request, "requester/booking.html")
