"""The mail catcher: whatever is sent lies in a file, and nothing else happens."""

import email
import email.policy
import smtplib
import subprocess
import sys
import time

from runner import BASE_DIR
from runner.house import free_port


def test_a_message_is_kept_as_it_came(tmp_path):
    port = free_port()
    command = [sys.executable, "-m", "runner.mailsink", str(port), str(tmp_path / "mail")]
    catcher = subprocess.Popen(command, cwd=BASE_DIR)
    try:
        server = connected(port)
        server.sendmail(
            "desk@example.org", ["a@example.org"], "Subject: Hello\r\n\r\nSix o'clock\r\n.dot\r\n"
        )
        server.quit()
    finally:
        catcher.terminate()
        assert catcher.wait(10) == 0

    (kept,) = (tmp_path / "mail").glob("*.eml")
    message = email.message_from_bytes(kept.read_bytes(), policy=email.policy.default)
    assert message["subject"] == "Hello"
    assert message.get_content().splitlines() == ["Six o'clock", ".dot"]
    assert kept.stat().st_mode & 0o777 == 0o600


def connected(port: int) -> smtplib.SMTP:
    """Return a connection to the catcher, as soon as it listens."""
    for _ in range(100):
        try:
            return smtplib.SMTP("127.0.0.1", port, timeout=5)
        except ConnectionRefusedError:
            time.sleep(0.1)
    raise AssertionError("the mail catcher never listened")
