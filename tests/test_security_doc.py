"""docs/security.md names every requirement of the first two levels of OWASP ASVS 5.0, and evidence that is there."""

import re

import pytest

from runner import BASE_DIR
from soak.scanning.answers import PAGE, Findings, answers
from soak.tally import Tally

SECTIONS = {
    # section: its requirements of levels 1 and 2
    "1.1": "1-2",
    "1.2": "1-9",
    "1.3": "1-11",
    "1.4": "1-3",
    "1.5": "1-2",
    "2.1": "1-3",
    "2.2": "1-3",
    "2.3": "1-4",
    "2.4": "1",
    "3.2": "1-2",
    "3.3": "1-4",
    "3.4": "1-6",
    "3.5": "1-5",
    "3.7": "1-2",
    "4.1": "1-3",
    "4.2": "1",
    "4.3": "1-2",
    "4.4": "1-4",
    "5.1": "1",
    "5.2": "1-3",
    "5.3": "1-2",
    "5.4": "1-3",
    "6.1": "1-3",
    "6.2": "1-12",
    "6.3": "1-4",
    "6.4": "1-4",
    "6.5": "1-5",
    "6.6": "1-3",
    "6.8": "1-4",
    "7.1": "1-3",
    "7.2": "1-4",
    "7.3": "1-2",
    "7.4": "1-5",
    "7.5": "1-2",
    "7.6": "1-2",
    "8.1": "1-2",
    "8.2": "1-3",
    "8.3": "1",
    "8.4": "1",
    "9.1": "1-3",
    "9.2": "1-4",
    "10.1": "1-2",
    "10.2": "1-2",
    "10.3": "1-4",
    "10.4": "1-11",
    "10.5": "1-5",
    "10.6": "1-2",
    "10.7": "1-3",
    "11.1": "1-2",
    "11.2": "1-3",
    "11.3": "1-3",
    "11.4": "1-4",
    "11.5": "1",
    "11.6": "1",
    "12.1": "1-3",
    "12.2": "1-2",
    "12.3": "1-4",
    "13.1": "1",
    "13.2": "1-5",
    "13.3": "1-2",
    "13.4": "1-5",
    "14.1": "1-2",
    "14.2": "1-4",
    "14.3": "1-3",
    "15.1": "1-3",
    "15.2": "1-3",
    "15.3": "1-7",
    "16.1": "1",
    "16.2": "1-5",
    "16.3": "1-4",
    "16.4": "1-3",
    "16.5": "1-3",
    "17.1": "1",
    "17.2": "1-4",
    "17.3": "1-2",
}
VERDICTS = {"met", "partly", "no", "n/a"}
EVIDENCE = re.compile(r"`([^`]+)`")


def rows() -> list[list[str]]:
    """The rows of every table whose first cell is the number of a requirement."""
    lines = [
        line.strip("| \n").split("|") for line in PAGE.read_text().splitlines() if re.match(r"\| \d", line)
    ]
    return [[cell.strip() for cell in line] for line in lines]


def wanted() -> list[str]:
    numbers = []
    for section, these in SECTIONS.items():
        first, _, last = these.partition("-")
        numbers += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    return numbers


def test_the_list_of_the_standard_is_whole():
    assert len(wanted()) == 253


def test_every_requirement_stands_there_once_and_in_order():
    assert [row[0] for row in rows()] == wanted()


def test_every_row_has_a_verdict_and_reasons_and_what_is_met_has_its_evidence():
    for row in rows():
        assert len(row) in (4, 5), row
        number, asks, verdict, how, evidence = [*row, ""][:5]
        assert verdict in VERDICTS, number
        assert len(asks) > 3, number
        assert len(how) > 3, number
        assert bool(EVIDENCE.findall(evidence)) == (verdict != "n/a"), number


@pytest.mark.parametrize("cited", sorted({each for row in rows() for each in EVIDENCE.findall(row[-1])}))
def test_the_evidence_is_there(cited):
    path, _, name = cited.partition("::")
    file = BASE_DIR / path
    assert file.is_file()
    assert not name or re.search(rf"^def {name}\(", file.read_text(), re.MULTILINE)


def test_every_attack_that_was_found_stands_there_with_tests_that_hold_it():
    lines = [line.split(" | ") for line in PAGE.read_text().splitlines() if re.match(r"\| G\d", line)]

    assert [line[0] for line in lines] == [f"| G{number}" for number in range(1, 16)]
    for *_, held_by in lines:
        files = [each for each in EVIDENCE.findall(held_by) if each.startswith("tests/")]
        assert files, held_by
        assert [file for file in files if not (BASE_DIR / file).is_file()] == []


# ---- the answers to scanners


def test_a_finding_without_an_answer_fails_and_an_answer_without_a_finding_too():
    tally = Tally()
    findings = Findings("bandit", tally)
    findings.add("B101", "accounts/views.py:1", "an assert")
    findings.add("B999", "accounts/views.py:2", "something new")
    assert tally.failed == ["bandit: B999 at accounts/views.py:2: something new"]

    findings.end()
    of_bandit = [answer for answer in answers() if answer.scanner == "bandit"]
    assert len(of_bandit) > 10
    assert len(tally.failed) == 1 + len(of_bandit) - 1
