"""The catalogue as it ships, and believable answers to the four pages."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.cache import caches
from django.utils import timezone

import courses.catalogue
import places.catalogue
from outbox.models import Message
from places import keeping
from tests.shipped import load
from trainingportal import guard
from trainingportal.asking import choices

CODE = re.compile(r"\b[A-Z]{3}-[A-Z]{3}\b")


@pytest.fixture
def catalogue(db: Any) -> None:
    """Load what ships, and forget what this process kept from another test."""
    load(places.catalogue, courses.catalogue)
    caches["local"].clear()
    keeping.forget()


@pytest.fixture
def answers(catalogue: None) -> dict[str, dict[str, Any]]:
    """Right answers to each page, as a browser posts them."""
    month = choices.months()[2].isoformat()
    return {
        "who": {
            "works_for": "police",
            "force": "northumbria",
            "name": "Dana Whitlock",
            "job_title": "DI, public protection",
            "email": "dana@northumbria.police.uk",
            "telephone": "101",
        },
        "audience": {
            "head_count": "40",
            "audiences": ["front-line", "spoc"],
            "share-front-line": "half",
            "share-spoc": "some",
            "prompted_by": "A review of how we answer first reports",
            "prior_training": "A domestic abuse refresher in the spring",
        },
        "need": {
            "length": "full-day",
            "cover": "choose",
            "musts": ["victim-impact", "investigations"],
            "leave_outs": ["multi-agency"],
            "anything_else": "The room has a hearing loop",
        },
        "when": {
            "months": [month],
            "weekdays": ["1", "2"],
            "dates_to_avoid": "Half term",
            "windows": "Mornings",
            "place": "on_site",
            "outcode": "NE1",
            "access_needs": "Step-free access",
            "would_share": "on",
            "purchase_order": "PO 77",
        },
    }


ADDRESSES = {
    "who": "/ask-for-training/",
    "audience": "/ask-for-training/audience/",
    "need": "/ask-for-training/need/",
    "when": "/ask-for-training/when-and-where/",
}
CHECK = "/ask-for-training/check/"


def drawn() -> str:
    """A stamp of a page that was drawn a minute ago."""
    moment = (timezone.now() - dt.timedelta(minutes=1)).timestamp()
    return guard.signing.dumps(moment, salt=guard.STAMP_SALT)


def hidden(html: str, name: str) -> str:
    """The value of a hidden field on a page."""
    found = re.search(rf'<input type="hidden" name="{name}"(?: value="([^"]*)")?', html)
    assert found, f"no hidden {name}"
    return found[1] or ""


def post_page(client: Any, name: str, answers: dict[str, Any], *, query: str = "", **more: Any) -> Any:
    """Fill a page in and press Continue, as a browser would: with the hidden fields that the page carries."""
    page = client.get(ADDRESSES[name] + query)
    assert page.status_code == 200, (name, page.status_code, page.get("Location"))
    data = {"draft": hidden(page.content.decode(), "draft"), **answers, **more}
    if name == "who":
        data["drawn"] = drawn()
    return client.post(ADDRESSES[name] + query, data)


def fill_in(client: Any, answers: dict[str, dict[str, Any]]) -> None:
    """All four pages, up to the look over the answers."""
    for name, page in answers.items():
        response = post_page(client, name, page)
        assert response.status_code == 302, response.content.decode()


def send(client: Any, **more: Any) -> Any:
    """Press the last button."""
    html = client.get(CHECK).content.decode()
    data = {name: hidden(html, name) for name in ("draft", "version")}
    return client.post(CHECK, {**data, "drawn": drawn(), **more})


def code_for(email: str) -> str:
    """The newest code that was mailed to somebody."""
    message = Message.objects.filter(to=email, kind="code").latest("pk")
    found = CODE.search(message.text)
    assert found, message.text
    return found[0]
