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
import sysconfig
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from runner import BASE_DIR
from runner.say import fail, is_root, say

VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "set-up.json"
UNFINISHED = VENV / "set-up-unfinished"
UV_LOCK = "requirements-uv.txt"
EXACTLY = ["--no-deps", "--require-hashes"]
NO_VENV = "The environment could not be built. On Debian it needs: apt-get install python3-venv"
# a setting of pip, and the variable that tells uv the same
SAME_FOR_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
}
LOCKS = {
    "run": ["requirements.txt"],
    # the second holds everything of the first and the tools for developing
    "test": ["requirements.txt", "requirements-dev.txt"],
    "check": ["requirements.txt", "requirements-dev.txt"],
    "soak": ["requirements.txt", "requirements-dev.txt"],
    "bench": ["requirements.txt", "requirements-dev.txt"],
}
# what ends rather than go on without a package of the system
NEEDS_ALL = ("test", "bench")

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
    """Install what ``command`` ("run", "test", "check", "bench" or "soak") needs and return the Python to go on with.

    Ends the process with 2 when the tests or the bench lack something of the system that only root may install.
    """
    missing = missing_for(command)
    may_install = is_root() and bool(shutil.which("apt-get"))
    if missing and not may_install and command in NEEDS_ALL:
        tell_line_for(missing, command)  # before the packages, so that nobody waits for them in vain
    with one_at_a_time(), ThreadPoolExecutor(1) as beside:
        # Debian's packages come while the Python packages do
        installed = beside.submit(apt_install, missing) if missing and may_install else None
        prepare_python(LOCKS[command])
        is_whole = not missing or bool(installed and installed.result())
    if not is_whole:
        tell_line_for(missing, command)
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
    except OSError as trouble:
        fail(
            f"Nothing can be written to {var}: {trouble.strerror}. Make the folder writable, or make room on the disk.",
            code=2,
        )
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
    found = read_stamp()
    if LOCKS["test"][-1] in found:
        locks = LOCKS["test"]  # what somebody develops with is not taken away by a start
    wanted = stamp_for(locks)
    if not UNFINISHED.exists() and wanted.items() <= found.items():
        return
    started = time.monotonic()
    if UNFINISHED.exists() or (found and found.get("python") != wanted["python"]) or not works(PYTHON):
        say("Building a Python environment in .venv")
        shutil.rmtree(VENV, ignore_errors=True)
        VENV.mkdir()
        UNFINISHED.touch()
        alone = ["--without-pip"] if bundled_pip() else []
        run_quietly([sys.executable, "-m", "venv", *alone, str(VENV)], problem=NO_VENV)
    UNFINISHED.touch()
    STAMP.unlink(missing_ok=True)
    say(f"Installing the Python packages of {locks[-1]}")
    install(locks[-1])
    STAMP.write_text(json.dumps(wanted))
    UNFINISHED.unlink()
    say(f"Python packages ready after {time.monotonic() - started:.0f} seconds")


def install(lock: str) -> None:
    """Install exactly what ``lock`` lists, nothing resolved: with uv, or with pip where uv does not run or cannot fetch.

    A resolver would find newer releases of what a lock pins, and refuse them for having no hash. ``uv pip sync`` has
    none, and pip is told to follow no dependency.
    """
    pip = [str(PYTHON), "-m", "pip"]
    exact = [*pip, "install", "--quiet", "--no-input", "--disable-pip-version-check", *EXACTLY, "-r"]
    uv = [str(VENV / "bin" / "uv"), "--no-config", "--no-cache", "--system-certs", "pip", "sync", "--quiet"]
    # of several indexes uv asks the first alone, pip all; which file is right the hashes say
    uv += ["--index-strategy", "unsafe-best-match"]
    environment = pip_environment()
    problem = problem_of([*exact, str(BASE_DIR / UV_LOCK)], environment)
    if not problem:
        like_pip = environment | fetch_like_pip(pip, environment)
        problem = problem_of(
            [*uv, "--require-hashes", "--python", str(PYTHON), str(BASE_DIR / lock)], like_pip
        )
    if not problem:
        return
    say(f"uv cannot do it here ({problem}); pip takes a little longer")
    run_quietly(
        [*exact, str(BASE_DIR / lock)],
        environment,
        problem="The Python packages could not be installed. The next start tries again.",
    )


def bundled_pip() -> Path | None:
    """Return the wheel of pip that Python keeps for new environments; Debian has a folder of its own for it."""
    folders = [
        sysconfig.get_config_var("WHEEL_PKG_DIR"),
        Path(sysconfig.get_path("stdlib"), "ensurepip", "_bundled"),
    ]
    wheels = [wheel for folder in folders if folder for wheel in sorted(Path(folder).glob("pip-*.whl"))]
    return wheels[-1] if wheels else None


def pip_environment() -> dict[str, str]:
    """Return the environment in which ``python -m pip`` runs straight from its wheel.

    To unpack and compile it into ``.venv`` takes longer than all that it is needed for here: installing uv.
    """
    wheel = bundled_pip()
    return {**os.environ, "PYTHONPATH": str(wheel)} if wheel else dict(os.environ)


def fetch_like_pip(pip: list[str], environment: Mapping[str, str]) -> dict[str, str]:
    """Return what makes uv ask the index and trust the certificates that pip is configured to on this machine."""
    done = subprocess.run(
        [*pip, "config", "list"], env=environment, capture_output=True, text=True, check=False
    )
    told = {}
    for line in sorted(done.stdout.splitlines(), key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        told[name.rpartition(".")[2]] = value.strip("'")
    return {uvs: told[pips] for pips, uvs in SAME_FOR_UV.items() if pips in told and uvs not in environment}


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
        done = subprocess.run(
            [str(python), "-m", "pip", "--version"], env=pip_environment(), capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


# ---- the system


def missing_for(command: str) -> list[str]:
    """Return the Debian packages that a command needs of the system and does not find."""
    if command == "check":
        return []
    missing = missing_libraries(PDF_LIBRARIES)
    if command == "bench":
        missing += missing_programs(BENCH_PROGRAMS)
    if command == "test":
        missing += missing_programs(TEST_PROGRAMS) + missing_libraries(TEST_LIBRARIES)
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


def tell_line_for(missing: list[str], command: str) -> None:
    """Tell the line with which root installs what is missing; end with 2 where the command is nothing without it."""
    line = f"apt-get install -y --no-install-recommends {' '.join(missing)}"
    if command in NEEDS_ALL:
        fail(f"This needs packages of the system that are missing here. As root:\n\n    {line}\n", code=2)
    say("PDFs cannot be made here: libraries of the system are missing. Everything else works. As root:")
    say(f"\n    {line}\n")


def apt_install(packages: list[str]) -> bool:
    """Install with apt, fetching its lists first when they are missing or old; return whether it worked."""
    say(f"Installing system packages: {' '.join(packages)}")
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


def problem_of(command: list[str], environment: Mapping[str, str]) -> str:
    """Run a step that may fail, and return the first line of what it says then; nothing when it ends well."""
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except OSError as error:
        return str(error)
    if done.returncode == 0:
        return ""
    return next(
        (line for line in done.stderr.splitlines() if line.strip()), f"it ended with {done.returncode}"
    )


def run_quietly(command: list[str], environment: Mapping[str, str] | None = None, *, problem: str) -> None:
    """Run a step of the set-up, and end with its output and ``problem`` when it fails."""
    done = subprocess.run(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode != 0:
        fail(f"{done.stdout.strip()}\n\n{problem}", code=2)
