"""The scanners themselves: found, or installed once under ``var/scanners`` and by Debian's apt."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from runner import BASE_DIR
from runner.say import is_root, say
from runner.setup import (
    PDF_LIBRARIES,
    apt_install,
    missing_libraries,
    missing_programs,
    run_quietly,
    tell_line_for,
)

HERE = Path(__file__).resolve().parent
HOME = BASE_DIR / "var" / "scanners"
BIN = HOME / "python" / "bin"
MODULES = HOME / "node_modules"
LIGHTHOUSE = MODULES / ".bin" / "lighthouse"
VNU = MODULES / "vnu-jar" / "build" / "dist" / "vnu.jar"

PROGRAMS = {
    "wapiti": "wapiti",
    "java": "default-jre-headless",
    "node": "nodejs",
    "npm": "npm",
    "chromium": "chromium",
}
"""What the scanners call, and the Debian package that brings it."""


def prepare() -> None:
    """Install what is missing; as an ordinary user end with the one line that root has to run."""
    missing = missing_programs(PROGRAMS) + missing_libraries(PDF_LIBRARIES)
    if missing and not (is_root() and apt_install(missing)):
        tell_line_for(missing, "test")
    HOME.mkdir(parents=True, exist_ok=True)
    wanted = stamp()
    done = HOME / "set-up.json"
    if done.exists() and json.loads(done.read_text()) == wanted:
        return
    say("Installing the scanners (a minute or two the first time)")
    done.unlink(missing_ok=True)
    run_quietly(
        [sys.executable, "-m", "venv", "--clear", str(BIN.parent)],
        problem="The scanners' environment could not be built.",
    )
    pip = [
        str(BIN / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
    ]
    run_quietly(
        [*pip, "-r", str(HERE / "requirements.txt")], problem="bandit and pip-audit could not be installed."
    )
    shutil.copy(HERE / "package.json", HOME / "package.json")
    npm = [
        "npm",
        "install",
        "--prefix",
        str(HOME),
        "--no-package-lock",
        "--no-audit",
        "--no-fund",
        "--silent",
    ]
    run_quietly(npm, problem="Lighthouse and vnu could not be installed.")
    done.write_text(json.dumps(wanted))


def stamp() -> dict[str, str]:
    """What is installed when these files stand as they do."""
    return {
        name: hashlib.sha256((HERE / name).read_bytes()).hexdigest()
        for name in ("package.json", "requirements.txt")
    }


def output_of(
    command: Sequence[str | Path], *, seconds: float, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a scanner to its end and give back what it said. Raises TimeoutExpired after so many seconds."""
    return subprocess.run(
        command,
        cwd=BASE_DIR,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )


def json_of(done: subprocess.CompletedProcess[str]) -> Any:
    """What a scanner said, as data. Raises RuntimeError with its own words where it said none."""
    try:
        return json.loads(done.stdout)
    except ValueError as trouble:
        raise RuntimeError((done.stderr or done.stdout)[-2000:]) from trouble
