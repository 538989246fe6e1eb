"""Wapiti against the running portal, as nobody and as a coordinator. Only modules that talk to loopback alone."""

import json
import re
import subprocess
import urllib.parse
from pathlib import Path
from typing import Any

from runner.say import say
from soak.scanning.answers import Findings
from soak.scanning.portal import Portal, Visitor
from soak.scanning.tools import output_of
from soak.tally import Tally

MODULES = "cookieflags,crlf,csp,csrf,exec,file,http_headers,methods,permanentxss,redirect,shellshock,sql,blindsql,xss"
START = Path(__file__).with_name("start_wapiti.py")
CRAWL_SECONDS, ATTACK_SECONDS = 90, 25
MOST_SECONDS = 15 * 60
FOUND = re.compile(r"Wapiti found (\d+) URLs and forms")
LEAST = 20
BROKEN = ("Traceback (most recent call last)", "Internal Server Error")


def scan_running(portal: Portal, folder: Path, tally: Tally) -> None:
    """Let Wapiti attack the portal, and look whether any page broke on the way."""
    findings = Findings("wapiti", tally)
    coordinator = Visitor(portal.demo, "coordinator")
    for name, start, cookies in (
        ("nobody", f"{portal.public}/", ""),
        ("coordinator", f"{portal.demo}{coordinator.home}", coordinator.cookies),
    ):
        report, count = run_wapiti(name, start, cookies, folder)
        for part in ("vulnerabilities", "anomalies"):
            for category, found in report[part].items():
                for each in found:
                    path = urllib.parse.unquote(each["path"])
                    findings.add(
                        category, path, f"{each['info']} ({each['method']} {each['parameter']}, as {name})"
                    )
        tally.check(count >= LEAST, f"Wapiti found only {count} addresses and forms as {name}")
        say(f"wapiti as {name}: {count} addresses and forms attacked")
    findings.end()
    for log in portal.logs:
        words = log.read_text(errors="replace")
        tally.check(
            not any(broken in words for broken in BROKEN), f"a page broke, see {log}: {words[-1500:]}"
        )


def run_wapiti(name: str, start: str, cookies: str, folder: Path) -> tuple[dict[str, Any], int]:
    """One run from one page on, bounded in time; gives its report, and how many addresses and forms it found."""
    address = "{0.scheme}://{0.netloc}".format(urllib.parse.urlsplit(start))
    folder.mkdir(parents=True, exist_ok=True)
    report = folder / f"{name}.json"
    command: list[str | Path] = [
        "/usr/bin/python3",
        START,
        "-u",
        f"{address}/",
        "--scope",
        "folder",
        "-m",
        MODULES,
    ]
    command += ["--flush-session", "--store-session", folder / name, "--store-config", folder / "config"]
    command += ["-d", "5", "--max-links-per-page", "60", "--max-files-per-dir", "25", "-S", "normal"]
    command += ["--max-scan-time", str(CRAWL_SECONDS), "--max-attack-time", str(ATTACK_SECONDS), "-t", "10"]
    command += ["-x", f"{address}/sign-out/", "-x", f"{address}/demo/*", "-x", f"{address}/static/*"]
    command += ["--skip", "csrfmiddlewaretoken", "--no-bugreport", "-f", "json", "-o", report]
    command += ["-s", start]
    if cookies:
        command += ["-H", f"Cookie: {cookies}"]
    try:
        done = output_of(command, seconds=MOST_SECONDS)
    except subprocess.TimeoutExpired as late:
        raise RuntimeError(f"Wapiti did not end within {MOST_SECONDS} seconds") from late
    if not report.exists():
        raise RuntimeError(done.stdout[-1500:] + done.stderr[-1500:])
    found = FOUND.search(done.stdout)
    return json.loads(report.read_text()), int(found[1]) if found else 0
