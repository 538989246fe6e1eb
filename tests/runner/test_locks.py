"""The locks install exactly what they list, whatever newer releases the index offers.

Each test has an index of its own on loopback, with a wheel of every locked package and of a newer release of it. The
wheels are empty and made here: they have the names, versions and requirements of the real packages, which is all that
an installer decides by. Nothing is fetched from elsewhere.
"""

import base64
import hashlib
import importlib.metadata
import io
import os
import re
import subprocess
import sys
import threading
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from runner import BASE_DIR, setup

LOCKS = ["requirements.txt", "requirements-dev.txt"]
NEWER = "9999"
UV = Path(sys.executable).with_name("uv")
# the packages of the set-up that once failed: pytest-cov asks for coverage[toml], and the lock said coverage
ROTTEN = ("coverage", "iniconfig", "packaging", "pluggy", "pygments", "pytest", "pytest-cov")


@dataclass(frozen=True)
class Wheel:
    """A wheel with nothing in it but what it says of itself."""

    file: str
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True)
class Index:
    """A package index on loopback, and what it has."""

    url: str
    wheels: dict[str, list[Wheel]]

    def lock(self, requirements: list[Requirement]) -> str:
        """The same requirements as a lock of this index: each with the hash of the locked wheel alone."""
        return "".join(
            f"{one} --hash=sha256:{each.sha256}\n"
            for one in requirements
            for each in self.wheels[canonicalize_name(one.name)]
            if f"-{version_of(one)}-" in each.file
        )


def locked(name: str) -> list[Requirement]:
    """The lines of a lock, without hashes."""
    lines = (BASE_DIR / name).read_text().splitlines()
    return [Requirement(line.removesuffix("\\")) for line in lines if re.match(r"[a-z0-9]", line)]


def version_of(requirement: Requirement) -> str:
    """The one version that a lock's line allows."""
    return str(requirement.specifier).removeprefix("==")


def wanted_here(requirements: list[Requirement]) -> dict[str, str]:
    """Name and version of what a lock means for this Python on this machine."""
    return {
        canonicalize_name(one.name): version_of(one)
        for one in requirements
        if one.marker is None or one.marker.evaluate()
    }


def wheel(name: str, version: str, says: list[str], scripts: dict[str, str] | None = None) -> Wheel:
    """Make a wheel that any Python takes."""
    stem = f"{name.replace('-', '_')}-{version}"
    files = {f"{stem}.data/scripts/{script}": text for script, text in (scripts or {}).items()}
    files[f"{stem}.dist-info/METADATA"] = "\n".join(
        ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *says, ""]
    )
    files[f"{stem}.dist-info/WHEEL"] = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    record = f"{stem}.dist-info/RECORD"
    rows = []
    for path, text in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        rows.append(f"{path},sha256={digest},{len(text.encode())}\n")
    files[record] = "".join([*rows, f"{record},,\n"])
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for path, text in files.items():
            entry = zipfile.ZipInfo(path)
            entry.external_attr = 0o100755 << 16
            archive.writestr(entry, text)
    return Wheel(f"{stem}-py3-none-any.whl", content.getvalue())


def says_of_itself(name: str) -> list[str]:
    """What the installed package says of its needs; nothing for one that is not for this machine."""
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        return []
    fields = ("Requires-Python", "Requires-Dist", "Provides-Extra")
    return [f"{field}: {value}" for field in fields for value in metadata.get_all(field) or []]


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    """An index with every locked package, and a newer release of each."""
    wheels: dict[str, list[Wheel]] = {}
    for requirement in locked("requirements-dev.txt"):
        name = canonicalize_name(requirement.name)
        says = says_of_itself(name)
        # what is called uv here is the real one: it is what installs
        scripts = {"uv": f'#!/bin/sh\nexec "{UV}" "$@"\n'} if name == "uv" else {}
        wheels.setdefault(name, [wheel(name, NEWER, says, scripts)])
        if not requirement.extras:  # a line with extras has one without beside it
            wheels[name].append(wheel(name, version_of(requirement), says, scripts))

    class Answer(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            part, _, file = self.path.strip("/").removeprefix("simple/").partition("/")
            found = wheels.get(part, [])
            content = b"".join(each.content for each in found if each.file == file)
            if not file:
                links = (
                    f'<a href="/{part}/{each.file}#sha256={each.sha256}">{each.file}</a>' for each in found
                )
                content = f"<!DOCTYPE html><html><body>{' '.join(links)}</body></html>".encode()
            self.send_response(200 if found and content else 404)
            self.send_header("Content-Type", "application/octet-stream" if file else "text/html")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # uv opens many lines at once

    server = Server(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Index(f"http://127.0.0.1:{server.server_address[1]}/simple", wheels)
    server.shutdown()
    server.server_close()


@pytest.fixture
def checkout(tmp_path, monkeypatch, index):
    """A checkout with the same locks over the index, on a machine whose pip is told to use that."""
    venv = tmp_path / ".venv"
    for name, value in (("BASE_DIR", tmp_path), ("VENV", venv), ("PYTHON", venv / "bin" / "python")):
        monkeypatch.setattr(setup, name, value)
    monkeypatch.setattr(setup, "STAMP", venv / "set-up.json")
    monkeypatch.setattr(setup, "UNFINISHED", venv / "set-up-unfinished")
    for name in os.environ:
        if name.upper().startswith(("PIP_", "UV_")) or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)
    settings = tmp_path / "pip.conf"
    settings.write_text(f"[global]\nindex-url = {index.url}\n")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(settings))
    for name in LOCKS:
        (tmp_path / name).write_text(index.lock(locked(name)))
    (tmp_path / setup.UV_LOCK).write_text(index.lock(locked(setup.UV_LOCK)))
    return tmp_path


def installed(venv: Path) -> dict[str, str]:
    """What lies in an environment: names and versions."""
    (folder,) = venv.glob("lib/python3*/site-packages")
    found = importlib.metadata.distributions(path=[str(folder)])
    return {canonicalize_name(each.name): each.version for each in found}


def pip(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run pip of the environment under test."""
    return subprocess.run(
        [str(setup.PYTHON), "-m", "pip", *arguments],
        env=setup.pip_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_uv_installs_exactly_what_is_locked(checkout, capfd, lock):
    setup.prepare_python([lock])

    assert installed(setup.VENV) == wanted_here(locked(lock)) | wanted_here(locked(setup.UV_LOCK))
    assert "uv cannot do it here" not in capfd.readouterr().out
    assert pip("check").stdout == "No broken requirements found.\n"


@pytest.mark.parametrize("lock", LOCKS)
def test_where_uv_does_not_run_pip_installs_exactly_what_is_locked(checkout, capfd, index, lock):
    lame = wheel("uv", "0.0.1", [], {"uv": "#!/bin/sh\nexit 1\n"})
    index.wheels["uv"].append(lame)
    (checkout / setup.UV_LOCK).write_text(f"uv==0.0.1 --hash=sha256:{lame.sha256}\n")

    setup.prepare_python([lock])

    index.wheels["uv"].remove(lame)
    assert installed(setup.VENV) == {"uv": "0.0.1"} | wanted_here(locked(lock))
    assert "uv cannot do it here" in capfd.readouterr().out
    assert pip("check").stdout == "No broken requirements found.\n"


@pytest.mark.parametrize("lock", LOCKS)
def test_plain_pip_installs_a_lock_as_well(checkout, lock):
    (checkout / "nothing.txt").write_text("")
    setup.prepare_python(["nothing.txt"])

    done = pip("install", "--quiet", "-r", str(checkout / lock))

    assert done.returncode == 0, done.stderr
    assert installed(setup.VENV) == {**installed(setup.VENV), **wanted_here(locked(lock))}


@pytest.mark.parametrize(("keeps_extras", "installs"), [(True, True), (False, False)])
def test_a_lock_that_lost_its_extras_would_stop_plain_pip_and_does_not_stop_the_set_up(
    checkout, index, keeps_extras, installs
):
    lines = [one for one in locked("requirements-dev.txt") if one.name in ROTTEN]
    assert "coverage[toml]" in {str(one).partition("==")[0] for one in lines}
    lines = [one for one in lines if keeps_extras or not one.extras]
    (checkout / "some.txt").write_text(index.lock(lines))
    setup.prepare_python(["some.txt"])
    assert installed(setup.VENV) == wanted_here(lines) | wanted_here(locked(setup.UV_LOCK))

    done = pip("install", "--ignore-installed", "--dry-run", "-r", str(checkout / "some.txt"))

    assert (done.returncode == 0) == installs
    assert (
        "THESE PACKAGES DO NOT MATCH THE HASHES" in done.stderr or "--require-hashes" in done.stderr
    ) != installs


@pytest.mark.parametrize("lock", [*LOCKS, setup.UV_LOCK])
def test_a_lock_names_no_index_and_pins_every_package_with_its_hashes(lock):
    lines = (BASE_DIR / lock).read_text().splitlines()

    assert [line for line in lines if "://" in line or line.startswith("-")] == []
    begins = [number for number, line in enumerate(lines) if re.match(r"[a-z0-9]", line)]
    assert begins
    for number in begins:
        assert "==" in lines[number]
        assert lines[number + 1].startswith("    --hash=sha256:"), lines[number]


def test_the_locks_agree():
    run, dev, uv = ({str(one) for one in locked(lock)} for lock in (*LOCKS, setup.UV_LOCK))

    assert run < dev
    assert uv < dev


@pytest.mark.parametrize("lock", LOCKS)
def test_every_extra_that_somebody_asks_for_is_kept_in_the_lock(lock):
    kept = {canonicalize_name(one.name): one.extras for one in locked(lock) if one.extras}
    project = tomllib.loads((BASE_DIR / "pyproject.toml").read_text())["project"]["dependencies"]
    asked = [Requirement(text) for text in project]
    for name in wanted_here(locked(lock)):
        asked += [Requirement(text) for text in importlib.metadata.requires(name) or []]

    with_extras = [
        one for one in asked if one.extras and (not one.marker or one.marker.evaluate({"extra": ""}))
    ]

    assert "celery[redis]" in {f"{one.name}[{','.join(one.extras)}]" for one in with_extras}
    assert kept.keys() <= {canonicalize_name(one.name) for one in locked(lock) if not one.extras}
    assert [
        str(one) for one in with_extras if not one.extras <= kept.get(canonicalize_name(one.name), set())
    ] == []
