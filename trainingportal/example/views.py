"""The example day: a form, the day itself once a worker has made it, and the same as a PDF. Everything is in the address."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from trainingportal.example import question as questions
from trainingportal.example import seen, shelf
from trainingportal.example.question import DayForm, Question
from trainingportal.guard import client_address, count_attempt
from trainingportal.models import ExampleDay
from trainingportal.public import public_page
from trainingportal.public_pages import draw, kept

MOST_NEW = 60
"""How many days that nobody has asked before one network address may have made in an hour. Days that are there are free."""
PER = dt.timedelta(hours=1)
STUCK_AFTER = dt.timedelta(seconds=20)
RING_AGAIN_AFTER = dt.timedelta(seconds=4)
State = ExampleDay.State
LOOK = "look"
"""Counts in the address how often a page without a script has looked: a browser loads an address again, and keeps the place
that it names, only where the address is another one."""


@public_page
@require_safe
def example_day(request: HttpRequest) -> HttpResponse:
    """Show the form, or the day that the address asks for; a day that is not there yet is asked for, and comes by itself."""
    form = questions.asked_in(request.GET)
    if form is None:
        return _nothing_asked(request)
    if not form.is_valid():
        return _draw(request, form=form, status=400)
    question = form.question
    edition = questions.edition()
    row = shelf.find(question.key(edition))
    if row is None:
        edition = (
            questions.read_edition()
        )  # another process may have changed the catalogue within this minute
        row = shelf.find(question.key(edition))
    if row is None:
        if count_attempt("example-day", client_address(request), per=PER) > MOST_NEW:
            return _draw(request, question=question, trouble="many", status=429)
        try:
            row = shelf.ask(question, edition)
        except shelf.TooMuchWaits:
            return _draw(request, question=question, trouble="busy", status=503)
    if row.made_at is not None:
        if LOOK in request.GET:
            return _to_its_own_address(question)
        return _draw(request, question=question, day=seen.drawn(question, row.key, row.made_at))
    if row.state == State.FAILED:
        return _draw(request, question=question, trouble="failed", status=503)
    return _draw(request, question=question, waits=True, is_stuck=_is_stuck(row))


def _to_its_own_address(question: Question) -> HttpResponse:
    """A page that was loaded again found the day: from here on it stands under the address that can be passed on."""
    response = redirect(f"{reverse('example-day')}?{question.query}#day")
    response["Cache-Control"] = "no-store"
    return response


def _looks(request: HttpRequest) -> int:
    """How often the page has looked already, as its address says."""
    said = request.GET.get(LOOK, "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < 3 else 0


@kept
def _nothing_asked(request: HttpRequest) -> HttpResponse:
    """The form as it stands before anybody chooses, with the day it then shows."""
    return draw(
        request,
        "example/page.html",
        {**seen.usual_drawn(), "h1": "See what a day for your people could look like"},
    )


def _draw(
    request: HttpRequest,
    *,
    question: Question | None = None,
    form: DayForm | None = None,
    day: str = "",
    trouble: str = "",
    waits: bool = False,
    is_stuck: bool = False,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, object] = {
        "asked": question,
        "day": day,
        "trouble": trouble,
        "waits": waits,
        "is_stuck": is_stuck,
        "again": 10 if is_stuck else 2,
    }
    if question is not None:
        context |= {
            "look_again": f"{question.query}&{LOOK}={_looks(request) + 1}#day",
            "title": seen.title_of(question),
            "law": seen.law_of(question),
            "form": seen.form_drawn(question, questions.edition()),
        }
    else:
        context |= {"bound": form}
    response = draw(request, "example/page.html", context, status=status)
    response["X-Robots-Tag"] = "noindex"
    if waits:
        response["Cache-Control"] = "no-store"
    if trouble == "busy":
        response["Retry-After"] = "60"
    return response


def _is_stuck(row: ExampleDay) -> bool:
    """Whether it waits longer than it should; a bell that may have been lost is rung again."""
    waited = timezone.now() - row.asked_at
    if row.state == State.QUEUED and waited > RING_AGAIN_AFTER:
        shelf.ring()
    return waited > STUCK_AFTER


@public_page
@require_safe
def example_paper(request: HttpRequest) -> HttpResponse:
    """Hand out the PDF of a day as the worker drew it. While it is drawn, a page says so and comes back by itself."""
    question = questions.question_in(request.GET)
    if question is None:
        return redirect("example-day")
    row = shelf.find(question.key(questions.edition()))
    if row is None:
        return redirect(f"{reverse('example-day')}?{question.query}")
    paper = shelf.paper_of(row.key)
    if paper:
        response = HttpResponse(paper, content_type="application/pdf")
        response["Content-Disposition"] = f'inline; filename="example-{question.length}.pdf"'
        response["X-Robots-Tag"] = "noindex"
        return response
    waits = row.state in (State.QUEUED, State.WORKING)
    response = render(
        request,
        "example/paper_waits.html",
        {
            "asked": question,
            "title": seen.title_of(question),
            "waits": waits,
            "is_stuck": waits and _is_stuck(row),
        },
    )
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    if waits:
        response["Refresh"] = "2"
    return response
