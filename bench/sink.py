"""A mail server that takes everything and keeps nothing: ``python -m bench.sink PORT``."""

import signal
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Taker:
    """Says yes to every message."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        """Take one message."""
        return "250 Taken"


def main(port: int) -> None:
    """Take mail on this loopback port until told to stop."""
    controller = Controller(Taker(), hostname="127.0.0.1", port=port)
    told_to_stop = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, told_to_stop)
    controller.start()
    signal.sigwait(told_to_stop)
    controller.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]))
