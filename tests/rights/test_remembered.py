"""A remembered device opens the few addresses that docs/rights.md names, as its speaker has them, and is nobody elsewhere."""

import re
from dataclasses import replace

import pytest

from tests.rights.sent import data_for
from tests.rights.table import PAGE, Line, lines
from tests.rights.test_rights import COUNTS, DEMO, LOGS, SHELF, _is_static, _may_write, _said
from tests.rights.world import undone
from tests.rights.writes import Ledger

pytestmark = pytest.mark.django_db

_SECTION = PAGE.read_text().partition("### A remembered device")[2].partition("\n## ")[0]
OPENS = {
    word for line in _SECTION.splitlines() if line.startswith("- ") for word in re.findall(r"`([^`]+)`", line)
}
LEAVES = {"/sign-out/"}
"""Signing out forgets the device."""


def _as_a_device(line: Line) -> Line:
    return replace(line, answers={"Dev": line.answers["Acc¹" if line.address in OPENS else "–"]})


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_remembered_device_opens_what_the_page_says_and_nothing_else(world, sent, method):
    wrong, ledger = [], Ledger()
    asked = [line for line in lines() if line.method == method and line.area != DEMO and not _is_static(line)]
    assert {line.address for line in lines()} >= OPENS
    for line in map(_as_a_device, asked):
        path = world.path(line.address)
        data = data_for(sent, world, line.address, line.sent) if method == "POST" else {}
        with undone():
            wrong.append(_said(world, line, "Dev", path, world.ask("Dev", method, path, data)))
            written = ledger.news() - SHELF - LOGS - (_may_write(line) if method == "GET" else set())
        may_write = line.address in LEAVES or "✓" in line.answers["Dev"]
        if not may_write:
            written -= COUNTS
        if (method == "GET" and written) or (method == "POST" and may_write != bool(written)):
            wrong.append(f"{line} wrote to {written or 'nothing'}")

    assert list(filter(None, wrong)) == []
