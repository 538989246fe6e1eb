"""What is posted to each address of the rights table: data with which somebody who may do it, does it."""

import datetime as dt
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

from tests.rights.world import World
from tests.trainingportal.asking.conftest import drawn
from tests.trainingportal.desk.conftest import in_days
from trainingportal.asking import choices

Data = Mapping[str, Any]
CALL = {"number": "01632 960001", "found_where": "Their public site", "outcome": "is_who_they_say"}
WORDS = {"words": "We are sorry."}
TEXT = {"text": "A message."}
COLLEAGUE = {"name": "Colin Colleague", "email": "colin@example.org"}
DESK_CONTACT = {
    "desk_name": "Training desk",
    "desk_email": "desk@example.org",
    "telephone": "01632 960 000",
    "answer_within_days": "5",
}
VENUE = {"name": "Another Hall", "address": "2 Wren Row", "postcode": "NE1 9QX"}
TOPIC = {
    "title": "A new topic", "slug": "a-new-topic", "printed_title": "A new topic", "summary": "New.", "kind": "presentation",
    "least_minutes": "20", "usual_minutes": "30", "most_minutes": "40", "rank": "90",
}  # fmt: skip
FORMAT = {
    "name": "Evening", "slug": "evening", "rank": "9", "starts_at": "18:00", "ends_at": "20:00",
    "training_minutes": "110", "longest_sitting_minutes": "110", "break_minutes": "10", "lunch_minutes": "0",
    "pause_minutes": "10", "welcome_minutes": "5", "close_minutes": "5",
}  # fmt: skip


class _Fields(HTMLParser):
    """Reads what the forms of a page would send as they stand: inputs, selects and boxes for text."""

    def __init__(self) -> None:
        super().__init__()
        self.data: dict[str, list[str]] = {}
        self._select = self._area = ""
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        name = said.get("name", "")
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in said and self._select:
            self._keep(self._select, said.get("value", ""))
        elif tag == "textarea":
            self._area, self._words = name, []
        elif tag == "input" and name and said.get("type") in ("checkbox", "radio"):
            if "checked" in said:
                self._keep(name, said.get("value", "on"))
        elif tag == "input" and name and said.get("type") not in ("submit", "button", "image", "file"):
            self._keep(name, said.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._area:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self._keep(self._area, "".join(self._words).lstrip("\n"))
            self._area = ""

    def _keep(self, name: str, value: str) -> None:
        self.data.setdefault(name, []).append(value)


def as_it_stands(world: World, role: str, path: str) -> dict[str, list[str]]:
    """What the form of this page would send if this role pressed its button without typing anything."""
    reader = _Fields()
    answer = world.ask(role, "GET", path)
    assert answer.status_code == 200, (role, path, answer.status_code)
    reader.feed(answer.content.decode())
    reader.data.pop("csrfmiddlewaretoken", None)
    reader.data.pop("shown", None)  # what the page has shown of the effects: it would ask to look once more
    return reader.data


def shown_to(world: World, role: str, path: str) -> str:
    """The word for what this page has shown of its effects."""
    reader = _Fields()
    reader.feed(world.ask(role, "GET", path).content.decode())
    return reader.data["shown"][0]


def _day(name: str, day: dt.date) -> dict[str, str]:
    return {
        f"{name}_day": str(day.day),
        f"{name}_month": str(day.month),
        f"{name}_year": str(day.year),
        f"{name}-sure": day.isoformat(),  # it may fall on a weekend
    }


def everything(world: World) -> dict[str, Data]:
    """What is sent to each address that takes a post, by its line's key."""
    return {
        **_public(world),
        **_sign_in(world),
        **_requester(),
        **_speaking(world),
        **_studio(world),
        **_verbs(world),
        **_lists(world),
    }


def _public(world: World) -> dict[str, Data]:
    who = {
        "works_for": "elsewhere", "agency_kind": "council", "agency_name": "Newtown Council", "name": "Nell New",
        "job_title": "Manager", "email": "nell@example.org", "telephone": "01632 960 009", "drawn": drawn(),
    }  # fmt: skip
    question = {
        "name": "Casey Asks",
        "email": "casey@example.org",
        "message": "May volunteers come?",
        "drawn": drawn(),
    }
    return {
        "/ask-a-question/": question,
        "/notices/": {"code": world.names["attendee_code"]},
        "/notices/{attendee_code}/": {"text": "A hearing loop, please.", "drawn": drawn()},
        "/ask-for-training/": who,
        "/ask-for-training/audience/": {"head_count": "40", "audiences": ["front-line"], "share-front-line": "half"},
        "/ask-for-training/need/": {"length": "full-day", "cover": "suggest"},
        "/ask-for-training/when-and-where/": {
            "months": [choices.months()[2].isoformat()], "weekdays": ["1"], "place": "on_site", "outcode": "NE1",
        },
        "/ask-for-training/check/": as_it_stands(world, "Other", "/ask-for-training/check/") | {"drawn": drawn()},
        "/ask-for-training/start-again/": {},
    }  # fmt: skip


def _sign_in(world: World) -> dict[str, Data]:
    return {
        "/sign-in/": {"login": "tim.one@example.org"},
        "/sign-in/code/": {"code": "BCD-FGH"},
        "/sign-in/second-factor/": {"code": "123456"},
        "/sign-in/trust/": {"action": "no"},
        "/sign-in/passkey/": {"credential": "{}"},
        "/sign-in/again/": {"code": "123456"},
        "/sign-in/again/passkey/": {"credential": "{}"},
        "/sign-in-settings/app/": {"code": "123456"},
        "/sign-in-settings/passkeys/add/": {"name": "New", "credential": "{}", "passwordless": "on"},
        "/sign-in-settings/passkeys/{passkey}/rename/": {"name": "Old laptop"},
    }


def _requester() -> dict[str, Data]:
    return {
        "/your/{offered}/decline/": {"note": "June would be better."},
        "/your/{agreed}/write/": TEXT,
        "/your/{agreed}/room/": VENUE,
        "/your/{agreed}/details/": {"access_needs": "A hearing loop", "purchase_order": "PO 78"},
        "/your/{agreed}/colleague/": COLLEAGUE,
        "/your/{offered}/request/audience/": {"head_count": "41", "audiences": ["front-line"], "share-front-line": "half"},
        "/your/{offered}/request/need/": {"length": "half-day", "cover": "suggest"},
        "/your/{offered}/request/when/": {"place": "online", "months": [], "weekdays": []},
        "/your/{offered}/request/person/": {"name": "Tamsin Two", "job_title": "Chief", "telephone": "01632 960 002"},
        "/your/{offered}/withdraw/": {"reason": "No funds"},
        "/your/{agreed}/change/another_day/": {"details": "Any Tuesday in May"},
        "/your/{agreed}/change/another_place/": {
            "venue_name": "Another Hall", "venue_address": "2 Wren Row", "venue_postcode": "NE1 9QX",
        },
        "/your/{agreed}/change/head_count/": {"head_count": "55"},
        "/your/{agreed}/change/cancel/": {"reason": "Flooded"},
        "/your/{agreed}/change/other/": {"details": "A later lunch"},
        "/desk/change/{change}/decline/": {"words": "We are sorry."},
    }  # fmt: skip


def _speaking(world: World) -> dict[str, Data]:
    limits = as_it_stands(world, "Acc", "/speaking/limits/")
    return {
        "/speaking/away/": _day("first_day", in_days(25).date()),
        "/speaking/limits/": {**limits, **_day("until", in_days(30).date()), "most_sessions_a_month": "3"},
        "/speaking/write/": {"text": "The train was cancelled."},
        "/speaking/calendars/": {"address": "https://calendar.example.org/busy.ics"},
        "/speaking/{offered}/1/ answer=if": {"condition": "With a hearing loop."},
    }


def _studio(world: World) -> dict[str, Data]:
    whole = as_it_stands(world, "Lead", world.path("/agenda/{agreed}/"))
    whole.pop("do", None)
    return {
        "/agenda/{agreed}/change/": {**whole, "quiet-room": "Room 9"},
        "/agenda/{agreed}/issue/": {"shown": shown_to(world, "Lead", world.path("/agenda/{agreed}/issue/"))},
        "/agenda/{agreed}/talk/": {"words": "Too long before lunch?", "audience": "team"},
    }


def _verbs(world: World) -> dict[str, Data]:
    """The verbs of the desk, on bookings at the stage where each makes sense."""
    names = world.names
    rung = as_it_stands(world, "Co", world.path("/desk/do/{rung}/offer/"))
    lead = str(world.users["Lead"].speaker.pk)
    offer = rung | _day("day", in_days(120).date()) | {f"ask_{lead}": "on", "lead": lead}
    spare = names["speaker"]
    request = {"name": "Rae Rings", "email": "rae@example.org", "agency_kind": "council", "agency_name": "Rae Council",
               "place": "on_site", "outcode": "NE1"}  # fmt: skip
    do = "/desk/do/{%s}/%s/"
    return {
        do % ("asked", "call-back") + "{asked_contact}/": CALL,
        do % ("asked", "ask-more"): TEXT,
        do % ("asked", "note"): TEXT,
        do % ("asked", "decline"): WORDS,
        do % ("asked", "cancel"): WORDS,
        do % ("asked", "venue"): VENUE,
        do % ("asked", "change-contact") + "{asked_contact}/": {
            "name": "Ada Renamed",
            "email": "ada@example.org",
            "role": "requester",
        },
        do % ("asked", "change-request"): {"head_count": "45", "place": "on_site", "outcode": "NE1"},
        do % ("asked", "owner"): {"owner": str(world.users["Co"].pk)},
        do % ("asked", "not-today"): _day("until", in_days(3).date()),
        do % ("asked", "colleague"): COLLEAGUE,
        do % ("rung", "offer"): offer,
        do % ("past", "record-delivery"): {"head_count": "30"},
        do % ("agreed", "ask-release") + "{t2_contact}/": {"note": ""},
        do % ("offered", "extend") + "{offer}/": _day("day", in_days(12).date()),
        do % ("offered", "add-speaker") + "{offer}/": {"speaker": str(spare)},
        do % ("offered", "answer") + "{invited_place}/": {"answer": "yes"},
        do % ("gap", "settle") + "{if_place}/": {"outcome": "yes"},
        "/desk/question/{enquiry}/answer/": {"answer": "Yes, they may."},
        "/desk/question/{enquiry}/answered-by-phone/": {"answer": "Yes, they may."},
        "/desk/private-messages/{private_message}/answer/": {
            f"to-{world.names['private_message']}-answer": "You may miss it."
        },
        "/desk/question/{enquiry}/convert/": request,
        "/desk/telephone/": request,
        "/desk/set-up/": DESK_CONTACT,
    }


def _lists(world: World) -> dict[str, Data]:
    """Rows of the desk's lists: each saved as it stands, added, and deleted."""
    saved = {
        name: as_it_stands(world, "Co", world.path(name))
        for name in (
            "/desk/bookings/agency/{agency}/change/",
            "/desk/bookings/desksettings/{settings}/change/",
            "/desk/courses/topic/{topic}/change/",
            "/desk/courses/format/{format}/change/",
            "/desk/courses/course/{course}/change/",
            "/desk/courses/audience/{audience}/change/",
            "/desk/courses/pagetext/{pagetext}/change/",
            "/desk/speakers/speaker/{speaker}/change/",
            "/desk/speakers/organisation/{organisation}/change/",
            "/desk/places/region/{region}/change/",
            "/desk/places/force/{force}/change/",
            "/desk/accounts/user/{person}/change/",
        )
    }
    saved["/desk/accounts/user/{person}/change/"]["name"] = ["Sam Renamed"]
    added: dict[str, Data] = {
        "/desk/bookings/agency/add/": {"name": "New Agency", "kind": "council"},
        "/desk/courses/topic/add/": TOPIC,
        "/desk/courses/format/add/": FORMAT | {"course": str(world.names["course"])},
        "/desk/courses/course/add/": {"name": "New", "slug": "new", "summary": "New."},
        "/desk/courses/audience/add/": {"name": "New", "slug": "new", "summary": "New.", "rank": "9"},
        "/desk/speakers/speaker/add/": {
            "name": "New Speaker", "slug": "new-speaker", "organisation": str(world.names["organisation"]), "rank": "9",
        },
        "/desk/speakers/organisation/add/": {"name": "New", "slug": "new", "short_name": "new", "rank": "9"},
        "/desk/places/force/add/": {"name": "New Force", "slug": "new-force"},
        "/desk/accounts/invitation/add/": {"name": "Ivy Invited", "email": "ivy@example.org"},
    }  # fmt: skip
    whole = {key: {**as_it_stands(world, "Co", key), **data} for key, data in added.items()}
    deleted = {
        f"/desk/{what}/delete/": {"post": "yes"}
        for what in (
            "bookings/agency/{agency}", "courses/topic/{topic}", "courses/format/{format}", "courses/course/{course}",
            "courses/audience/{audience}", "speakers/speaker/{speaker}", "speakers/organisation/{organisation}",
            "places/force/{force}",
        )
    }  # fmt: skip
    chosen = {"_selected_action": str(world.names["person"])}
    return {
        **saved,
        **whole,
        **deleted,
        "/desk/accounts/user/": chosen,
        "/desk/accounts/invitation/": {"_selected_action": str(world.names["invitation"])},
        "/desk/outbox/message/{mail}/change/": {"reason": "Not now"},
    }


def data_for(sent: Mapping[str, Data], world: World, address: str, field: str) -> dict[str, Any]:
    """What is posted for one line: what its address takes, what its verb takes besides, and the field that names it."""
    data = {**sent.get(address, {}), **sent.get(f"{address} {field}".strip(), {})}
    if field:
        name, _, value = field.partition("=")
        data[name] = world.path(value)
    return data
