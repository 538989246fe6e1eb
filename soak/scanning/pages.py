"""vnu over every page we can reach, and Lighthouse over those that search engines may keep."""

import json
import re
import statistics
import urllib.parse
from pathlib import Path
from typing import Any

from runner.say import say
from soak.scanning.answers import Findings
from soak.scanning.portal import ROLES, Portal, Visitor
from soak.scanning.tools import LIGHTHOUSE, VNU, json_of, output_of
from soak.tally import Tally

PERFECT = ("accessibility", "best-practices", "seo")
QUICK = 0.99
RUNS = 5
ADDRESS = re.compile(r"<loc>([^<]+)</loc>")


def indexable(portal: Portal) -> list[str]:
    """Every address of the sitemap."""
    with Visitor(portal.public).opener.open(f"{portal.public}/sitemap.xml", timeout=30) as answer:
        return ADDRESS.findall(answer.read().decode())


def scan_markup(portal: Portal, folder: Path, tally: Tally) -> None:
    """Let vnu read every page of every kind of reader: no errors."""
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, str] = {}
    visitors = [Visitor(portal.public), *(Visitor(portal.demo, role) for role in ROLES)]
    for visitor in visitors:
        count = 0
        for path, page in visitor.pages():
            count += 1
            file = folder / f"{visitor.role or 'nobody'}-{count}.html"
            file.write_text(page)
            written[file.name] = f"{path} as {visitor.role or 'nobody'}"
        tally.check(count >= 4, f"only {count} pages were found as {visitor.role or 'nobody'}")
    done = output_of(
        ["java", "-jar", VNU, "--format", "json", "--stdout", "--errors-only", folder], seconds=600
    )
    findings = Findings("vnu", tally)
    wrong = set()
    for message in json_of(done)["messages"]:
        name = Path(urllib.parse.urlsplit(message["url"]).path).name
        wrong.add(name)
        findings.add(message["message"], written[name], message.get("extract", "").strip()[:200])
    findings.end()
    for _ in set(written) - wrong:
        tally.check(True, "")
    say(f"vnu: {len(written)} pages read, {len(wrong)} with errors")


def scan_with_lighthouse(portal: Portal, folder: Path, tally: Tally) -> None:
    """Each indexable page is perfect but for speed; speed, for one page of each kind, as the median of five runs."""
    folder.mkdir(parents=True, exist_ok=True)
    timed: set[str] = set()
    for address in indexable(portal):
        path = urllib.parse.urlsplit(address).path
        kind = re.sub(r"^(/topics/).+", r"\1", path)
        report = run_lighthouse(address, folder)
        for category in PERFECT:
            score = report["categories"][category]["score"]
            tally.check(
                score == 1, f"Lighthouse: {category} {score} at {path}: {', '.join(faults(report, category))}"
            )
        if kind not in timed:
            timed.add(kind)
            median = median_speed(address, folder, first=speed_of(report))
            tally.check(median >= QUICK, f"Lighthouse: performance {median} at {path}")


def median_speed(address: str, folder: Path, *, first: float) -> float:
    """The median of five runs; after three good ones it can no longer be a bad one, and the rest is spared."""
    scores = [first]
    while len(scores) < RUNS and sum(score >= QUICK for score in scores) < RUNS // 2 + 1:
        scores.append(speed_of(run_lighthouse(address, folder)))
    return statistics.median_low(scores)


def run_lighthouse(address: str, folder: Path) -> dict[str, Any]:
    """One run of Lighthouse as it comes: a phone on a slow line. It is tried twice."""
    flags = "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage"
    categories = "--only-categories=performance," + ",".join(PERFECT)
    report = folder / "report.json"
    command: list[str | Path] = [
        LIGHTHOUSE,
        address,
        "--quiet",
        "--output=json",
        f"--output-path={report}",
        categories,
    ]
    command += [f"--chrome-flags={flags}", "--max-wait-for-load=20000"]
    for _ in range(2):
        report.unlink(missing_ok=True)
        done = output_of(command, seconds=120, environment={"CHROME_PATH": "/usr/bin/chromium"})
        if report.exists():
            found: dict[str, Any] = json.loads(report.read_text())
            if all(found["categories"][name]["score"] is not None for name in (*PERFECT, "performance")):
                return found
    raise RuntimeError(f"Lighthouse gave no report of {address}: {done.stderr[-1500:]}")


def speed_of(report: dict[str, Any]) -> float:
    """The score for performance, 0 to 1."""
    return float(report["categories"]["performance"]["score"])


def faults(report: dict[str, Any], category: str) -> list[str]:
    """The audits of a category that were not perfect."""
    names = [audit["id"] for audit in report["categories"][category]["auditRefs"]]
    return [name for name in names if report["audits"][name]["score"] not in (1, None)]
