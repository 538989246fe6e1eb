"""Every address of the portal with real values in it, and everything that an answer hands out, as text."""

import io
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from functools import cache
from itertools import product
from typing import Any

from django.apps import apps
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver
from pypdf import PdfReader

from agendas.models import AttendeeCode, AttendeeMessage, Document
from bookings.models import Booking
from trainingportal.desk.verbs import VERBS

EXAMPLE = "length=full-day&audience=front-line&nation=ew&must=legal-issues"
PART = re.compile(r"(?<!P)<(?:(?P<kind>\w+):)?(?P<name>\w+)>")
FEW = 3


def patterns(under: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Every address as written in the urls, with its name; the desk's catch-all has none of its own."""
    for each in under if under is not None else get_resolver().url_patterns:
        here = prefix + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, here)
        elif isinstance(each, URLPattern) and "(?P<url>" not in here:
            yield here, str(each.name or "")


def addresses(references: list[str], *, at_the_desk: bool) -> list[str]:
    """Every address with values that exist; ``at_the_desk`` puts more than one row into the desk's own."""
    found: list[str] = []
    for pattern, name in patterns():
        desk = pattern.startswith("desk/")
        choices = _choices(pattern, name, references, few=desk and not at_the_desk)
        names = [match["name"] for match in PART.finditer(pattern)]
        for values in product(*(choices[part] for part in names)):
            filled = iter(values)
            found.append("/" + PART.sub(lambda _, filled=filled: str(next(filled)), _plain(pattern)))
    found += ["/desk/diary/?month=2027-03", "/desk/diary/?month=2027-01", "/desk/nothing-here/", "/nothing/"]
    found += [
        f"/example-day/?{EXAMPLE}",
        f"/example-day/agenda.pdf?{EXAMPLE}",
        f"/ask-for-training/?{EXAMPLE}",
    ]
    found += [f"/desk/history/?reference={reference}" for reference in references[:FEW]]
    found += [f"/desk/find/?q={reference}" for reference in references]
    found += [f"/desk/bookings/booking/?q={reference}" for reference in references]
    return list(dict.fromkeys(found))


def _plain(pattern: str) -> str:
    """An address without what regular expressions add: the list of one app at the desk."""
    return re.sub(r"\^\(\?P<app_label>[^)]*\)/\$", "bookings/", pattern)


def _choices(pattern: str, name: str, references: list[str], *, few: bool) -> dict[str, list[Any]]:
    documents = list(Document.objects.order_by("pk").values_list("pk", flat=True)) or [1]
    chosen = references[:1] if few else references
    if name in ("verb", "enquiry-verb") and not few:
        chosen = _of(Booking.objects.filter(status__in=["offered", "confirmed"]), references)
    if "document_id" in pattern:
        chosen = _of(Booking.objects.filter(agenda__documents__isnull=False), references) + references[-1:]
    return {
        "reference": chosen,
        "number": [1],
        "document_id": documents[:1] if few else documents,
        "entry_id": [1],
        "pk": [1],
        "slug": ["victim-impact"],
        "token": ["not-a-token"],
        "code": list(AttendeeCode.objects.order_by("pk").values_list("code", flat=True)[:FEW]),
        "key": list(VERBS)[:1] if few else list(VERBS),
        "on": [1],
        "change_id": [1],
        "contact_id": [1],
        "part": ["audience"],
        "kind": ["another_day"],
        "matter_id": [1],
        "message_id": list(AttendeeMessage.objects.order_by("pk").values_list("pk", flat=True)[:1]) or [1],
        "object_id": _rows(name, few=few) if pattern.startswith("desk/") else [1],
    }


def _of(bookings: QuerySet[Booking], references: list[str]) -> list[str]:
    there = set(bookings.values_list("reference", flat=True))
    return [reference for reference in references if reference in there]


def _rows(name: str, *, few: bool) -> list[Any]:
    """Keys of the rows whose page this is."""
    app, _, rest = name.partition("_")
    model = rest.partition("_")[0]
    try:
        rows = apps.get_model(app, model)._default_manager.order_by("pk")
    except (LookupError, ValueError):
        return [1]
    if model in ("booking", "enquiry") and not few:
        return list(rows.values_list("pk", flat=True))
    return list(rows.values_list("pk", flat=True)[: 1 if few else FEW]) or [1]


def words_of(response: HttpResponse) -> str:
    """All that an answer says: its headers, its text, and what stands in a file, its metadata included."""
    headers = " ".join(f"{name}: {value}" for name, value in response.items())
    content = b"".join(response.streaming_content) if response.streaming else response.content
    is_mail = response.get("Content-Type") == "message/rfc822"
    return f"{headers} {mail_in(content) if is_mail else readable(content)}"


def mail_in(content: bytes) -> str:
    """A mail as it goes over the wire, decoded: every header, both bodies, and all that its files say and are called."""
    mail = message_from_bytes(content, policy=policy.default)
    parts = [f"{name}: {value}" for part in mail.walk() for name, value in part.items()]
    for part in mail.walk():
        inside = part.get_payload(decode=True)
        if isinstance(inside, bytes):
            parts.append(readable(inside))
    return " ".join(parts)


@cache
def readable(content: bytes) -> str:
    """What a person, or a search, finds in a file. Lines that a calendar folds are put together."""
    if not content.startswith(b"%PDF"):
        return re.sub(r"\r\n[ \t]", "", content.decode())
    reader = PdfReader(io.BytesIO(content))
    attached = " ".join(reader.attachments)
    said = [page.extract_text() for page in reader.pages]
    notes = [str(page.get("/Annots", "")) for page in reader.pages]
    outline = str(reader.outline)
    whole = " ".join([*said, *notes, str(reader.metadata), str(reader.xmp_metadata), attached, outline])
    return " ".join(whole.split())
