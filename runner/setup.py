"""Set-up from a bare machine: the Python environment and the few system packages; instant once done.

Runs on the machine's Python, so only its standard library is at hand.
"""

import contextlib
import ctypes
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from runner import BASE_DIR
from runner.say import fail, is_root, say

VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "set-up.json"
UNFINISHED = VENV / "set-up-unfinished"
UV_LOCK = "requirements-uv.txt"
LOCKS = {
    "run": ["requirements.txt"],
    # the second holds everything of the first and the tools for developing
    "test": ["requirements.txt", "requirements-dev.txt"],
    "check": ["requirements.txt", "requirements-dev.txt"],
    "soak": ["requirements.txt", "requirements-dev.txt"],
    "bench": ["requirements.txt", "requirements-dev.txt"],
}

# what WeasyPrint opens by these names, and the Debian package that brings it (with what that depends on)
PDF_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
}
# what the tests call besides
TEST_PROGRAMS = {"chromium": "chromium", "pdftotext": "poppler-utils"}
# what the driver of the browser is linked with
TEST_LIBRARIES = {"libatomic.so.1": "libatomic1"}
# what loads the sites in bin/bench
BENCH_PROGRAMS = {"wrk": "wrk"}
TEST_FONT = ("LiberationSans-Regular.ttf", "fonts-liberation")


def prepare(command: str) -> Path:
    """Install what ``command`` ("run", "test", "check" or "bench") needs and return the Python to go on with.

    Ends the process with 2 when the tests or the bench lack something of the system that only root may install.
    """
    with one_at_a_time():
        if command == "test":  # before the packages, so that nobody waits for them in vain
            prepare_system(missing_for_pdfs() + missing_for_tests(), is_needed=True)
        if command == "bench":
            prepare_system(missing_for_pdfs() + missing_programs(BENCH_PROGRAMS), is_needed=True)
        prepare_python(LOCKS[command])
        if command == "run":
            prepare_system(missing_for_pdfs(), is_needed=False)
    return PYTHON


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second set-up of the same checkout wait for the first."""
    var = BASE_DIR / "var"
    try:
        var.mkdir(exist_ok=True)
        lock = (var / "set-up.lock").open("w")
    except PermissionError:
        fail(f"{var} belongs to another user. Go on as that user, or remove the folder first.", code=2)
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Waiting for another set-up of this checkout")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


# ---- Python


def prepare_python(locks: list[str]) -> None:
    """Build ``.venv`` and install the locked packages, unless the stamp says that this is done.

    A build that was interrupted leaves ``set-up-unfinished`` behind and is begun anew: pip cannot tell a
    package that it had half written from a whole one.
    """
    wanted = stamp_for(locks)
    found = read_stamp()
    if not UNFINISHED.exists() and wanted.items() <= found.items():
        return
    started = time.monotonic()
    if UNFINISHED.exists() or (found and found.get("python") != wanted["python"]) or not works(PYTHON):
        say("Building a Python environment in .venv")
        shutil.rmtree(VENV, ignore_errors=True)
        VENV.mkdir()
        UNFINISHED.touch()
        run_quietly(
            [sys.executable, "-m", "venv", str(VENV)],
            problem="The environment could not be built. On Debian it needs: apt-get install python3-venv",
        )
    UNFINISHED.touch()
    STAMP.unlink(missing_ok=True)
    say(f"Installing the Python packages of {locks[-1]}")
    install(locks[-1])
    STAMP.write_text(json.dumps(wanted))
    UNFINISHED.unlink()
    say(f"Python packages ready after {time.monotonic() - started:.0f} seconds")


def install(lock: str) -> None:
    """Install exactly what ``lock`` lists, nothing resolved: with uv, or with pip where uv does not run.

    pip's resolver would look for newer releases of what a lock pins without an extra, and refuse them for
    having no hash, so it is told to follow no dependency.
    """
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    exact = [*pip, "--no-deps", "--require-hashes", "-r"]
    uv = [str(VENV / "bin" / "uv"), "--no-config"]
    problem = "The Python packages could not be installed. The next start tries again."
    if done_quietly([*exact, str(BASE_DIR / UV_LOCK)]) and done_quietly([*uv, "--version"]):
        run_quietly(
            [
                *uv,
                "pip",
                "sync",
                "--quiet",
                "--require-hashes",
                "--python",
                str(PYTHON),
                str(BASE_DIR / lock),
            ],
            problem=problem,
        )
    else:
        run_quietly([*exact, str(BASE_DIR / lock)], problem=problem)


def stamp_for(locks: list[str]) -> dict[str, str]:
    """Return what ``set-up.json`` says when these locks are installed for this Python at this place."""
    stamp = {"python": f"{sys.version_info.major}.{sys.version_info.minor} for {VENV}"}
    for lock in locks:
        stamp[lock] = hashlib.sha256((BASE_DIR / lock).read_bytes()).hexdigest()
    return stamp


def read_stamp() -> dict[str, str]:
    """Return what was installed last, or nothing."""
    try:
        return dict(json.loads(STAMP.read_text()))
    except (OSError, ValueError):
        return {}


def works(python: Path) -> bool:
    """Whether an environment that someone else built can be used as it is."""
    try:
        done = subprocess.run([str(python), "-m", "pip", "--version"], capture_output=True, check=False)
    except OSError:
        return False
    return done.returncode == 0


# ---- the system


def missing_for_pdfs() -> list[str]:
    """Return the Debian packages whose library WeasyPrint would not find."""
    return missing_libraries(PDF_LIBRARIES)


def missing_for_tests() -> list[str]:
    """Return the Debian packages with the browser, the PDF tools and the font that the tests use."""
    missing = missing_programs(TEST_PROGRAMS) + missing_libraries(TEST_LIBRARIES)
    font, package = TEST_FONT
    if not any(Path("/usr/share/fonts").rglob(font)):
        missing.append(package)
    return missing


def missing_libraries(libraries: dict[str, str]) -> list[str]:
    """Return the Debian packages of the libraries that the loader does not find."""
    return [package for library, package in libraries.items() if not can_open(library)]


def missing_programs(programs: dict[str, str]) -> list[str]:
    """Return the Debian packages of the programs that are not here."""
    return [package for program, package in programs.items() if not shutil.which(program)]


def can_open(library: str) -> bool:
    """Whether the loader finds a shared library by its name."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def prepare_system(missing: list[str], *, is_needed: bool) -> None:
    """Install Debian packages as root; tell an ordinary user the line that does it.

    With ``is_needed`` the process ends with 2 when something stays missing.
    """
    if not missing:
        return
    if is_root() and shutil.which("apt-get"):
        say(f"Installing system packages: {' '.join(missing)}")
        if apt_install(missing):
            return
    line = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if is_needed:
        fail(f"This needs packages of the system that are missing here. As root:\n\n    {line}\n", code=2)
    say("PDFs cannot be made here: libraries of the system are missing. Everything else works. As root:")
    say(f"\n    {line}\n")


def apt_install(packages: list[str]) -> bool:
    """Install with apt, fetching its lists first when they are missing or old; return whether it worked."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    install = [*apt, "install", "-y", "--no-install-recommends", *packages]
    output = ""
    for step in (install, [*apt, "update"], install):
        done = subprocess.run(
            step, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        output = done.stdout
        if step is install and done.returncode == 0:
            return True
    say(output.strip())
    return False


def done_quietly(command: list[str]) -> bool:
    """Run a step that may fail, and return whether it ended well."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def run_quietly(command: list[str], *, problem: str) -> None:
    """Run a step of the set-up, and end with its output and ``problem`` when it fails."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode != 0:
        fail(f"{done.stdout.strip()}\n\n{problem}", code=2)
