"""bandit over our code, and what is known against the packages that we pin."""

import re
from pathlib import Path
from typing import Any

from runner import BASE_DIR
from runner.say import say
from soak.scanning.answers import Findings
from soak.scanning.tools import BIN, json_of, output_of
from soak.tally import Tally

CODE = [
    "trainingportal",
    "agendas",
    "bookings",
    "speakers",
    "courses",
    "accounts",
    "places",
    "outbox",
    "formkit",
    "runner",
    "bench",
    "soak",
]
PINNED = re.compile(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==(\d+(?:\.\d+)*)", re.MULTILINE)
COMPILE = ["uv", "pip", "compile", "--universal", "--no-header", "--no-annotate", "--quiet", "--upgrade"]


def scan_code(tally: Tally) -> None:
    """Let bandit read our code; every finding is answered."""
    findings = Findings("bandit", tally)
    command: list[str | Path] = [BIN / "bandit", "-q", "-r", "-f", "json"]
    done = output_of([*command, *(name for name in CODE if (BASE_DIR / name).is_dir())], seconds=300)
    report = json_of(done)
    for trouble in report["errors"]:
        tally.check(False, f"bandit could not read {trouble}")
    for found in report["results"]:
        where = f"{found['filename']}:{found['line_number']}"
        findings.add(found["test_id"], where, found["issue_text"])
    findings.end()


def scan_packages(tally: Tally) -> None:
    """Ask what is known against the pinned packages; where nobody can tell, at least none may lag in its own series."""
    findings = Findings("pip-audit", tally)
    command: list[str | Path] = [
        BIN / "pip-audit",
        "-r",
        "requirements.txt",
        "--no-deps",
        "--disable-pip",
        "-f",
        "json",
    ]
    packages: list[dict[str, Any]] = json_of(output_of(command, seconds=300))["dependencies"]
    known = [package for package in packages if "vulns" in package]
    for package in known:
        tally.check(True, "")
        for trouble in package["vulns"]:
            findings.add(trouble["id"], package["name"], f"mended in {', '.join(trouble['fix_versions'])}")
    findings.end()
    if not known:
        say(
            f"packages: the registry here tells nothing of {len(packages)} packages; looking for newer patches instead"
        )
        look_for_patches(tally)


def look_for_patches(tally: Tally) -> None:
    """Fail for a pinned package that has a newer release of its own series (1.2.3, 1.2.4): mends come as such."""
    lock = (BASE_DIR / "requirements.txt").read_text()
    done = output_of([*COMPILE, "pyproject.toml"], seconds=300)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    newest = dict(PINNED.findall(done.stdout))
    for name, version in PINNED.findall(lock):
        newer = newest.get(name, version)
        tally.check(
            not is_patch(version, newer), f"{name} {version} is behind {newer}: compile the locks anew"
        )


def is_patch(version: str, newer: str) -> bool:
    """Whether the newer version is of the same series: all but the last number agree."""
    ours, theirs = (tuple(int(part) for part in each.split(".")) for each in (version, newer))
    return theirs > ours and theirs[: max(len(ours) - 1, 1)] == ours[: max(len(ours) - 1, 1)]
