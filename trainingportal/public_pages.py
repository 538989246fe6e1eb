"""The pages anybody may read: the training, its topics, who gives it, what it costs, and how to reach us."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from places.keeping import KEPT_SECONDS
from trainingportal import public_catalogue, retention
from trainingportal.example import seen
from trainingportal.public import public_page

View = Callable[..., HttpResponse]

PLAIN_PAGES = (
    "landing",
    "example-day",
    "training",
    "topics",
    "speakers",
    "partners",
    "costs",
    "contact",
    "ask-question",
    "privacy",
    "accessibility",
    "exit-help",
)


def kept(view: View) -> View:
    """Draw a page once a minute in each process: it is the same for everybody, whatever follows its address.

    Only where it succeeds, so that there are no more kept pages than pages.
    """

    @wraps(view)
    def drawn(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = f"public:page:{public_catalogue.edition()}:{settings.DEMO}:{settings.SITE_URL}{request.path}"
        content: bytes | None = caches["local"].get(key)
        if content is not None:
            return HttpResponse(content)
        response = view(request, *args, **kwargs)
        if response.status_code == 200:
            caches["local"].set(key, response.content, KEPT_SECONDS)
        return response

    return drawn


@public_page
@require_safe
@kept
def landing(request: HttpRequest) -> HttpResponse:
    """Show what this is, for whom, and a day that can be changed to one's own."""
    return draw(
        request,
        "public/landing.html",
        {**seen.usual_drawn(), "answer_within_days": public_catalogue.formats().answer_within_days},
    )


@public_page
@require_safe
@kept
def training(request: HttpRequest) -> HttpResponse:
    """Show the package: what is always given, how long it takes, and why it matters."""
    offered = public_catalogue.formats()
    core = [topic for topic in public_catalogue.topics() if topic.is_core]
    return draw(
        request,
        "public/training.html",
        {"formats": offered.formats, "core": core, "answer_within_days": offered.answer_within_days},
    )


@public_page
@require_safe
@kept
def topics(request: HttpRequest) -> HttpResponse:
    """List every topic on offer."""
    every = public_catalogue.topics()
    return draw(
        request,
        "public/topics.html",
        {
            "core": [topic for topic in every if topic.is_core],
            "selectable": [topic for topic in every if not topic.is_core],
        },
    )


@public_page
@require_safe
@kept
def topic(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one topic with its points. A topic that is not on offer is not there."""
    every = public_catalogue.topics()
    known = {seen.slug: seen for seen in every}
    if slug not in known:
        raise Http404
    seen = known[slug]
    return draw(
        request,
        "public/topic.html",
        {"topic": seen, "needs": [known[need] for need in seen.needs if need in known]},
    )


@public_page
@require_safe
@kept
def speakers(request: HttpRequest) -> HttpResponse:
    """Show the public bios under their partner; never who goes where."""
    return draw(request, "public/speakers.html", {"partners": public_catalogue.partners()})


@public_page
@require_safe
@kept
def partners(request: HttpRequest) -> HttpResponse:
    """Show who the two partners are."""
    return _words(request, "public/partners.html", "partners", partners=public_catalogue.partners())


@public_page
@require_safe
@kept
def costs(request: HttpRequest) -> HttpResponse:
    """Show the terms: what it costs, what the host provides, and when a booking is confirmed."""
    return _words(request, "public/costs.html", "costs", terms=public_catalogue.terms())


@public_page
@require_safe
@kept
def contact(request: HttpRequest) -> HttpResponse:
    """Show how to reach us and the partners."""
    return _words(request, "public/contact.html", "contact", partners=public_catalogue.partners())


@public_page
@require_safe
@kept
def privacy(request: HttpRequest) -> HttpResponse:
    """Show what is kept, why and for how long."""
    return _words(
        request,
        "public/privacy.html",
        "privacy",
        description="What this site keeps, why, and for how long.",
        kept=retention.told(),
    )


@public_page
@require_safe
@kept
def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement."""
    return _words(
        request,
        "public/words.html",
        "accessibility",
        description="How this site and the training are made usable for everyone, and what we do not know yet.",
    )


@public_page
@require_safe
@kept
def exit_help(request: HttpRequest) -> HttpResponse:
    """Say what “Exit this page” does and what it cannot do."""
    return draw(request, "public/exit_help.html", {})


@public_page
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Let search engines read the public pages; a demonstration is not for them at all."""
    return render(
        request,
        "public/robots.txt",
        {"sitemap": settings.SITE_URL + reverse("sitemap")},
        content_type="text/plain; charset=utf-8",
    )


@public_page
@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List the public pages for search engines."""
    paths = [reverse(name) for name in PLAIN_PAGES]
    paths += [reverse("topic", args=[seen.slug]) for seen in public_catalogue.topics()]
    return render(
        request,
        "public/sitemap.xml",
        {"addresses": [settings.SITE_URL + path for path in paths]},
        content_type="application/xml; charset=utf-8",
    )


def _words(request: HttpRequest, template: str, slug: str, **context: object) -> HttpResponse:
    """Draw a page around an editable text; 404 where the text was taken away."""
    text = public_catalogue.texts().get(slug)
    if text is None:
        raise Http404
    return draw(request, template, {"text": text, **context})


def draw(
    request: HttpRequest, template: str, context: dict[str, object], *, status: int = 200
) -> HttpResponse:
    """Draw a page that has one address for search engines, whatever the visitor typed after it."""
    return render(
        request, template, {"canonical": settings.SITE_URL + request.path, **context}, status=status
    )
