"""The rights table: every address, every method, every role; docs/rights.md is what is expected."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from urllib.parse import quote

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from agendas.commands import COMMANDS
from agendas.views import BEGINNINGS
from tests.rights.sent import data_for
from tests.rights.table import Line, lines, writings
from tests.rights.world import ROLES, World, undone
from tests.rights.writes import Ledger
from trainingportal.demo.views import ROLES as DEMO_ROLES
from trainingportal.desk.questions import ENQUIRY_FITS
from trainingportal.desk.verbs import VERBS

pytestmark = pytest.mark.django_db
TABLE, MAY_BE_WRITTEN = lines(), writings()
DEMO = "The demo"
BOOKINGS = ("agreed", "offered", "asked", "rung", "gap", "waiting", "declined", "past", "delivered", "others")
SHELF = {"django_session", "portal_cache", "trainingportal_sighting"}
"""Where a refusal may leave a word for the next page, where limits are counted, and the log of reads refused."""
LOGS = {"bookings_detailread", "trainingportal_sighting"}
COUNTS = {"trainingportal_attempts"}
"""Public posts are counted before they are read, so one that does nothing is counted too."""


# ---- the table and the resolver


def _routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = before + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route


def _route_of(path: str) -> str:
    return str(resolve(path.partition("?")[0]).route).replace("/^", "/")


def _is_static(line: Line) -> bool:
    return line.address.startswith("/static/")


def test_every_address_stands_in_the_table(world):
    there = {
        _route_of(world.path(line.address)) for line in TABLE if line.method == "GET" and not _is_static(line)
    }

    assert sorted({route.replace("/^", "/") for route in _routes(get_resolver())} - there) == []


def test_every_line_of_the_table_has_its_address(world):
    """One line stands for the addresses that the desk does not know; every other finds its own."""
    nowhere = _route_of("/desk/no-such-page/")
    lost = {
        line.address
        for line in TABLE
        if not _is_static(line) and _route_of(world.path(line.address)) == nowhere
    }

    assert lost == {"/desk/no-such-page/"}


def test_every_role_has_its_column():
    assert {tuple(line.answers) for line in TABLE} == {ROLES}


def _posted(pattern: str) -> set[str]:
    keys = (re.fullmatch(pattern, line.key) for line in TABLE if line.method == "POST")
    return {found[1] for found in keys if found}


def test_every_verb_stands_in_the_table():
    assert _posted(r"/desk/do/{\w+}/([\w-]+)/(?:{\w+}/)?") == set(VERBS)
    assert _posted(r"/desk/question/{\w+}/([\w-]+)/") == set(ENQUIRY_FITS)
    assert _posted(r"/agenda/{\w+}/change/ do=([\w-]+).*") >= {*COMMANDS, *BEGINNINGS}
    assert _posted(r"/demo/enter/ as=(\w+)") >= set(DEMO_ROLES)


# ---- what is answered


def _said(world: World, line: Line, role: str, path: str, answer: HttpResponse) -> str:
    """What is wrong with this answer, or nothing."""
    cell = line.answers[role]
    status, location = answer.status_code, answer.get("Location", "")
    if cell == "in":
        wanted = (302, f"/sign-in/?next={quote(path, safe='/')}")
    elif cell == "2f":
        wanted = (302, f"/second-factor/?next={quote(path, safe='/')}")
    elif cell.startswith(("→", "✓")):
        wanted = (302, world.target(line.leads_to[int(cell[1:] or 1) - 1], path))
    else:
        wanted = (int(cell.removesuffix("✓")), "")
    if status == wanted[0] and (location == wanted[1] or fnmatchcase(location, wanted[1])):
        return ""
    return f"{role}: {line}: {status} {location}, not {wanted[0]} {wanted[1]}"


def _lines(method: str, *, demo: bool = False) -> list[Line]:
    return [line for line in TABLE if line.method == method and (line.area == DEMO) == demo]


def _may_write(line: Line) -> set[str]:
    """The tables that a GET of this line may write to, as docs/rights.md says."""
    return {
        table for table, addresses in MAY_BE_WRITTEN.items() if not addresses or line.address in addresses
    }


@pytest.mark.parametrize("role", ROLES)
def test_a_get_is_answered_as_the_table_says_and_changes_nothing(world, role):
    wrong, ledger = [], Ledger()
    for line in _lines("GET"):
        path = world.path(line.address)
        with undone():
            wrong.append(_said(world, line, role, path, world.ask(role, "GET", path)))
            if written := ledger.news() - _may_write(line):
                wrong.append(f"{role}: {path} wrote to {written}")

    assert list(filter(None, wrong)) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_post_does_what_the_table_says_and_a_refused_one_changes_no_row(world, sent, role):
    wrong, ledger = [], Ledger()
    for line in _lines("POST"):
        path, data = world.path(line.address), data_for(sent, world, line.address, line.sent)
        with undone():
            wrong.append(_said(world, line, role, path, world.ask(role, "POST", path, data)))
            written = ledger.news() - SHELF - LOGS
        if "✓" not in line.answers[role]:
            written -= COUNTS
        if ("✓" in line.answers[role]) != bool(written):
            wrong.append(f"{role}: {line} wrote to {written or 'nothing'}")

    assert list(filter(None, wrong)) == []


@pytest.mark.parametrize("role", ROLES)
def test_where_nothing_is_to_be_posted_a_post_is_refused_or_shows_the_page(world, role):
    takes_posts = {line.address for line in TABLE if line.method == "POST"}
    wrong, ledger = [], Ledger()
    for line in _lines("GET"):
        if line.address in takes_posts or _is_static(line):
            continue
        path = world.path(line.address)
        with undone():
            answer = world.ask(role, "POST", path)
            if written := ledger.news() - SHELF - LOGS - _may_write(line):
                wrong.append(f"{role}: POST {path} wrote to {written}")
        if answer.status_code != 405:
            wrong.append(_said(world, line, role, path, answer))

    assert list(filter(None, wrong)) == []


@pytest.mark.parametrize("role", ["T3", "Co"])
def test_a_head_answers_as_a_get_and_any_other_method_as_one_of_the_two_or_not_at_all(world, role):
    wrong, ledger = [], Ledger()
    posts = {line.address: line for line in TABLE if line.method == "POST" and not line.sent}
    for line in _lines("GET"):
        path = world.path(line.address)
        for method in ("HEAD", "OPTIONS", "PUT", "DELETE"):
            with undone():
                answer = world.ask(role, method, path)
                if written := ledger.news() - SHELF - LOGS - _may_write(line):
                    wrong.append(f"{role}: {method} {path} wrote to {written}")
            known = [line] if method == "HEAD" else [line, posts.get(line.address, line)]
            says_what_is_there = method == "OPTIONS" and answer.status_code == 200 and not answer.content
            is_refused = answer.status_code == 405 and method != "HEAD"
            said = [_said(world, each, role, path, answer) for each in known]
            if all(said) and not is_refused and not says_what_is_there:
                wrong.append(f"{method} {said[0]}")

    assert list(filter(None, wrong)) == []


@pytest.mark.parametrize("role", ["–", "Lead", "Co"])
def test_nothing_is_posted_from_another_site(world, sent, role):
    """Every address refuses a post without the form's own word, whoever is signed in."""
    stranger = Client(enforce_csrf_checks=True)
    stranger.cookies = world.cookies_of(role)
    wrong, ledger = [], Ledger()
    for line in TABLE:
        if line.area == DEMO or _is_static(line):
            continue
        answer = stranger.post(world.path(line.address), data_for(sent, world, line.address, line.sent))
        if answer.status_code != 403 or "403_csrf.html" not in [one.name for one in answer.templates]:
            wrong.append(f"{line}: {answer.status_code}")

    assert wrong == []
    assert ledger.news() == set()


@pytest.mark.parametrize("role", ROLES)
def test_who_may_not_know_of_a_booking_is_answered_as_if_it_were_not_there(world, sent, role):
    """The same status, the same place to go and the same bytes for a booking and for a reference that nobody has."""
    told = []
    for line in TABLE:
        if line.answers[role] not in ("in", "403", "404") or not any(
            f"{{{name}}}" in line.address for name in BOOKINGS
        ):
            continue
        there = world.path(line.address)
        nowhere = re.sub(r"\bWT-[A-Z0-9]+\b", "WT-XXXXXX", there)
        data = data_for(sent, world, line.address, line.sent) if line.method == "POST" else {}
        with undone():
            answers = [world.ask(role, line.method, path, data) for path in (there, nowhere)]
        first, second = [
            (each.status_code, each.get("Location", ""), each.content.replace(path.encode(), b""))
            for each, path in zip(answers, (there, nowhere), strict=True)
        ]
        if first != (
            second[0],
            second[1].replace(quote(nowhere, safe="/"), quote(there, safe="/")),
            second[2],
        ):
            told.append(f"{role}: {line}")

    assert told == []


# ---- the demo


@pytest.mark.parametrize("role", ROLES)
def test_the_demo_answers_as_the_table_says_and_is_nowhere_outside_it(world, role, settings):
    wrong, ledger = [], Ledger()
    for line in _lines("GET", demo=True) + _lines("POST", demo=True):
        path, data = world.path(line.address), data_for({}, world, line.address, line.sent)
        for settings.DEMO in (True, False):
            with undone():
                answer = world.ask(role, line.method, path, data)
                written = ledger.news() - SHELF - LOGS
            if settings.DEMO:
                wrong.append(_said(world, line, role, path, answer))
            elif answer.status_code != 404:
                wrong.append(f"{role}: {line} is there outside the demo: {answer.status_code}")
            if bool(written) != (settings.DEMO and "✓" in line.answers[role]):
                wrong.append(f"{role}: {line} wrote to {written or 'nothing'}")

    assert list(filter(None, wrong)) == []
