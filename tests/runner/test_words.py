"""What goes wrong before anything runs is said in a sentence."""

import os
import subprocess
import sys

from runner import BASE_DIR


def test_a_folder_that_takes_nothing_is_named_in_a_sentence(tmp_path):
    no_folder = tmp_path / "file"
    no_folder.touch()

    done = subprocess.run(
        [sys.executable, "-m", "runner.run"],
        cwd=BASE_DIR,
        env={**os.environ, "VAR_DIR": str(no_folder / "var")},
        capture_output=True,
        text=True,
        check=False,
    )

    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert f"Nothing can be written to {no_folder / 'var'}: Not a directory." in said
    assert "Traceback" not in said
