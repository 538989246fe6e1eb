"""Set-up: once, whole, and clear about what only root can do."""

import pytest

from runner import setup


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """A checkout whose lock names nothing, so that set-up needs no network."""
    venv = tmp_path / ".venv"
    monkeypatch.setattr(setup, "BASE_DIR", tmp_path)
    monkeypatch.setattr(setup, "VENV", venv)
    monkeypatch.setattr(setup, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(setup, "STAMP", venv / "set-up.json")
    monkeypatch.setattr(setup, "UNFINISHED", venv / "set-up-unfinished")
    for name in ("requirements.txt", "requirements-dev.txt"):
        (tmp_path / name).write_text("")
    return tmp_path


@pytest.fixture
def steps(monkeypatch):
    """The commands that set-up runs, not run."""
    ran: list[list[str]] = []

    def runs(command: list[str], environment: object = None, problem: str = "") -> str:
        ran.append(command)
        return ""

    monkeypatch.setattr(setup, "run_quietly", runs)
    monkeypatch.setattr(setup, "problem_of", runs)
    monkeypatch.setattr(setup, "fetch_like_pip", lambda pip, environment: {})
    monkeypatch.setattr(setup, "works", lambda python: python.parent.parent.exists())
    return ran


def test_set_up_happens_once_and_again_when_a_lock_changes(checkout, steps):
    setup.prepare_python(["requirements.txt"])
    assert [("venv" in step, "--require-hashes" in step) for step in steps] == [
        (True, False),
        (False, True),  # uv
        (False, True),  # the lock
    ]
    steps.clear()

    setup.prepare_python(["requirements.txt"])
    assert steps == []

    (checkout / "requirements.txt").write_text("# newer")
    setup.prepare_python(["requirements.txt"])
    assert ["--require-hashes" in step for step in steps] == [True, True]


def test_what_the_tests_need_includes_what_the_portal_needs(checkout, steps):
    setup.prepare_python(["requirements.txt", "requirements-dev.txt"])
    steps.clear()

    setup.prepare_python(["requirements.txt"])

    assert steps == []


def test_an_interrupted_set_up_begins_anew(checkout, steps, monkeypatch):
    def interrupted(command: list[str], environment: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(setup, "problem_of", interrupted)
        with pytest.raises(KeyboardInterrupt):
            setup.prepare_python(["requirements.txt"])
    half_written = setup.VENV / "half-written"
    half_written.touch()

    steps.clear()
    setup.prepare_python(["requirements.txt"])

    assert not half_written.exists()
    assert len(steps) == 3
    assert not setup.UNFINISHED.exists()


def test_an_ordinary_user_is_told_the_line_and_the_tests_stop(monkeypatch, capsys):
    monkeypatch.setattr(setup, "is_root", lambda: False)
    monkeypatch.setattr(setup, "missing_for", lambda command: ["libpango-1.0-0", "chromium"])
    monkeypatch.setattr(setup, "prepare_python", lambda locks: pytest.fail("not before the machine is ready"))

    with pytest.raises(SystemExit) as stopped:
        setup.prepare("test")

    assert stopped.value.code == 2
    line = "apt-get install -y --no-install-recommends libpango-1.0-0 chromium\n"
    assert line in capsys.readouterr().err


def test_without_the_libraries_the_portal_runs_and_says_what_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(setup, "is_root", lambda: False)
    monkeypatch.setattr(setup, "missing_for", lambda command: ["libpango-1.0-0"])
    monkeypatch.setattr(setup, "prepare_python", lambda locks: None)

    setup.prepare("run")

    output = capsys.readouterr().out
    assert output.startswith("PDFs cannot be made here")
    assert "apt-get install -y --no-install-recommends libpango-1.0-0\n" in output


def test_a_library_that_is_not_there_is_missed(monkeypatch):
    monkeypatch.setattr(
        setup, "PDF_LIBRARIES", {"libc.so.6": "libc6", "libno-such-thing.so.9": "no-such-thing"}
    )

    assert setup.missing_for("run") == ["no-such-thing"]
