"""The arithmetic of bin/bench: what meets a target, what does not, and what is written down."""

import json
from collections import Counter

import pytest

from bench.figures import Figure, best, table, write
from bench.load import Burst, Linked, LoadFailed, requests_in
from bench.processes import Stat, read_busy, read_pss, read_stat, tree

WRK = """Running 1s test @ http://127.0.0.1:1/
  2 threads and 2 connections
  400 requests in 1.00s, 1.00MB read
Requests/sec:    400.00
"""


@pytest.mark.parametrize(
    ("figure", "ok"),
    [
        (Figure("a", "ms", 4.0, against=1.0, target=4), True),
        (Figure("a", "ms", 4.1, against=1.0, target=4), False),
        (Figure("a", "mails/s", 70, against=100, target=0.7, at_least=True), True),
        (Figure("a", "mails/s", 69, against=100, target=0.7, at_least=True), False),
        (Figure("a", "queries", 22, target=22), True),
        (Figure("a", "queries", 23, target=22), False),
        (Figure("a", "answers", 1, target=0), False),
        (Figure("a", "ms", 4.0, against=1.0), True),
        (Figure("a", "ms", 4.0, against=0.0, target=4), False),
    ],
)
def test_a_figure_meets_its_target_or_not(figure, ok):
    assert figure.ok is ok


def test_of_several_measurements_the_least_counts():
    found = iter([3.0, 1.0, 2.0])

    assert best(lambda: next(found), rounds=3) == 1.0


def test_what_is_written_can_be_read_by_programs(tmp_path):
    path = tmp_path / "bench.json"

    write([Figure("landing", "CPU ms", 3.0, against=2.0, target=4), Figure("bare", "CPU ms", 1.0)], path)

    assert json.loads(path.read_text()) == [
        {
            "name": "landing",
            "unit": "CPU ms",
            "ours": 3.0,
            "against": 2.0,
            "ratio": 1.5,
            "target": "≤ 4×",
            "ok": True,
        },
        {
            "name": "bare",
            "unit": "CPU ms",
            "ours": 1.0,
            "against": None,
            "ratio": None,
            "target": "",
            "ok": True,
        },
    ]


def test_the_table_says_what_was_missed():
    lines = table([Figure("landing", "CPU ms", 9.0, against=2.0, target=4)]).splitlines()

    assert lines[1].split() == ["landing", "CPU", "ms", "9", "2", "4.5", "≤", "4×", "MISSED"]


def test_requests_under_way_at_the_end_count_half():
    assert requests_in(WRK, "/") == 401


@pytest.mark.parametrize(
    "report",
    [
        "",
        WRK.replace("400 requests", "0 requests"),
        WRK + "  Non-2xx or 3xx responses: 3\n",
        WRK + "  Socket errors: connect 0, read 1, write 0, timeout 0\n",
    ],
)
def test_a_page_that_fails_gives_no_figure(report):
    with pytest.raises(LoadFailed):
        requests_in(report, "/")


def test_a_process_with_brackets_in_its_name_is_read_right():
    line = "7 (gunicorn) (x) S 3 7 7 0 -1 4194560 1 2 3 4 150 50 30 20 20 0 5 0 100 0 0"

    assert read_stat(line) == Stat(parent=3, own_seconds=2.0, with_ended_children_seconds=2.5)


def test_a_tree_holds_children_and_their_children():
    processes = {pid: Stat(parent, 0, 0) for pid, parent in {2: 1, 3: 2, 4: 3, 5: 1}.items()}

    assert tree(2, processes) == [2, 3, 4]


def test_what_the_machine_was_busy_with_leaves_idle_and_waiting_out():
    assert read_busy("cpu  100 20 30 9000 800 1 2 47 0 0\ncpu0 1 1 1 1 1 1 1 1 0 0\n") == 2.0


def test_memory_is_read_in_megabytes():
    assert read_pss("Rss:  9 kB\nPss:            2048 kB\nPss_Dirty: 1 kB\n") == 2.0


def test_what_got_no_answer_is_a_failure():
    assert Burst(Counter({302: 5, 422: 1, 503: 2, 0: 1}), seconds=1).failures == 3


def test_a_visit_fetches_what_the_page_names():
    page = Linked()

    page.feed(
        '<link rel="stylesheet" href="/a.css"><link rel="canonical" href="/b"><script src="/c.js"></script>'
        '<img src="data:image/png;base64,AA=="><link rel="icon" href="/d.svg">'
    )

    assert page.addresses == ["/a.css", "/c.js", "/d.svg"]
