"""What decides about the scanners' findings."""

import pytest

from soak.scanning import pages
from soak.scanning.code import is_patch
from soak.scanning.portal import LINK, VARYING


@pytest.mark.parametrize(
    ("ours", "newest", "is_behind"),
    [
        ("5.2.19", "5.2.20", True),
        ("5.2.19", "5.2.19", False),
        ("5.2.19", "5.3.0", False),
        ("5.2.19", "6.0", False),
        ("27.0", "27.1", True),
        ("27.0", "28.0", False),
        ("2026.1", "2026.2", True),
        ("9", "10", False),
    ],
)
def test_a_patch_is_a_newer_release_of_the_same_series(ours, newest, is_behind):
    assert is_patch(ours, newest) is is_behind


@pytest.mark.parametrize(
    ("scores", "median", "runs"),
    [
        ([1.0, 1.0, 0.99], 0.99, 3),
        ([0.9, 1.0, 1.0, 1.0], 1.0, 4),
        ([0.9, 1.0, 0.9, 1.0, 0.99], 0.99, 5),
        ([0.9, 1.0, 0.9, 1.0, 0.98], 0.98, 5),
    ],
)
def test_five_runs_are_spared_only_where_the_median_is_known(monkeypatch, tmp_path, scores, median, runs):
    coming = iter(scores)
    took = []

    def run(address, folder):
        took.append(next(coming))
        return {"categories": {"performance": {"score": took[-1]}}}

    monkeypatch.setattr(pages, "run_lighthouse", run)
    first = pages.speed_of(run("", tmp_path))

    assert (pages.median_speed("", tmp_path, first=first) >= pages.QUICK) is (median >= pages.QUICK)
    assert len(took) == runs


def test_pages_of_one_shape_are_walked_once():
    shapes = {
        VARYING.sub("N", path) for path in ("/your/WT-AB12CD/", "/your/WT-ZZ99YY/", "/desk/12/", "/desk/7/")
    }

    assert shapes == {"/your/N/", "/desk/N/"}
    assert LINK.findall(
        '<a href="/desk/?q=1#x"><a href="https://x.example/"><link href="/static/a.css">'
    ) == [
        "/desk/?q=1",
        "/static/a.css",
    ]
