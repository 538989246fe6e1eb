"""How ``manage.py`` finds a running portal."""

import json

from trainingportal import instance


def test_what_the_environment_leaves_open_comes_from_the_running_instance(tmp_path):
    (tmp_path / "instance.json").write_text(json.dumps({"DATABASE_URL": "postgres://here", "DEMO": "1"}))
    environment = {"VAR_DIR": str(tmp_path), "DEMO": "0"}

    instance.adopt(environment)

    assert environment == {"VAR_DIR": str(tmp_path), "DEMO": "0", "DATABASE_URL": "postgres://here"}


def test_nothing_is_taken_when_nothing_runs_or_the_file_is_broken(tmp_path):
    environment = {"VAR_DIR": str(tmp_path)}

    instance.adopt(environment)
    (tmp_path / "instance.json").write_text('{"DATABASE_URL": "postg')
    instance.adopt(environment)

    assert environment == {"VAR_DIR": str(tmp_path)}
