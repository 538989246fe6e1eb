"""A mail server for trying things out: keeps the last messages as files and sends nothing on."""

import datetime as dt
import signal
import sys
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from runner.house import write_whole

KEPT = 500


class Keeper:
    """Writes each message to a file of its own, named by its moment so that they sort."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Keep one message, and put the oldest away when there are many."""
        content = envelope.content or b""
        text = content if isinstance(content, str) else content.decode("utf-8", "surrogateescape")
        name = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%S.%f}.eml"
        write_whole(self.folder / name, text, mode=0o600)
        for old in sorted(self.folder.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return "250 Kept here, sent to nobody"


def main(port: int, folder: Path) -> None:
    """Take mail on this loopback port until told to stop."""
    folder.mkdir(parents=True, exist_ok=True)
    controller = Controller(Keeper(folder), hostname="127.0.0.1", port=port, data_size_limit=20_000_000)
    told_to_stop = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, told_to_stop)
    controller.start()
    signal.sigwait(told_to_stop)
    controller.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
