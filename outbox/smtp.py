"""One conversation with the mail server that always knows whether the text was handed over."""

import contextlib
import re
import smtplib
import ssl
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from django.conf import settings
from django.core.mail.utils import DNS_NAME

# The whole hand-over of one mail, from its claim to the last answer. The sweep relies on it.
HANDOVER_SECONDS = 30.0

TROUBLE = (OSError, smtplib.SMTPException)


class ServerAwayError(Exception):
    """The mail server could not be reached, or does not let us in. No mail is to blame."""


class DroppedError(Exception):
    """The line broke before the text was handed over: the mail has not left, for certain."""


class NoAnswerError(Exception):
    """The line broke after the text was handed over: nobody knows whether the mail left."""


class RefusedError(Exception):
    """The server answered that it does not take this mail; ``for_good`` when asking again is no use."""

    def __init__(self, code: int, words: bytes) -> None:
        self.for_good = 500 <= code <= 599
        super().__init__(f"{code} {words.decode(errors='replace')}"[:500])


class Line:
    """A connection to the mail server, opened when first needed and used for one mail after another."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None
        self._until = 0.0
        self._is_used = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(politely=True)

    def close(self, *, politely: bool = False) -> None:
        """Hang up, saying goodbye when there is time for it."""
        if self._smtp is None:
            return
        smtp, self._smtp = self._smtp, None
        if politely and smtp.sock is not None:
            smtp.sock.settimeout(2)
            with contextlib.suppress(*TROUBLE):
                smtp.quit()
        smtp.close()

    def hand_over(
        self, *, sender: str, to: str, content: bytes, before_text: Callable[[], None], claimed: float
    ) -> str:
        """Give one mail to the server; returns its last answer.

        ``before_text`` is called when the server is ready for the text and before the first byte of it; whatever
        it raises ends the conversation with nothing sent. ``claimed`` is the ``time.monotonic()`` from which the
        30 seconds count. Raises ``ServerAwayError``, ``DroppedError``, ``NoAnswerError`` or ``RefusedError``.
        """
        self._until = claimed + HANDOVER_SECONDS
        is_plain = content.isascii()
        if self._smtp is not None and self._is_used:
            try:
                self._begin(sender, to, is_plain)
            except DroppedError:
                self._open()  # it hung up while nothing was said: not this mail's fault
                self._begin(sender, to, is_plain)
        else:
            self._open()
            self._begin(sender, to, is_plain)

        smtp = self._smtp
        assert smtp is not None
        try:
            before_text()
        except BaseException:
            self.close()
            raise
        try:
            self._hurry(smtp)
            smtp.send(re.sub(rb"(?m)^\.", b"..", content).removesuffix(b"\r\n") + b"\r\n.\r\n")
            self._hurry(smtp)
            code, words = smtp.getreply()
        except TROUBLE as error:
            self.close()
            raise NoAnswerError(str(error)[:500]) from error
        self._is_used = True
        if not 200 <= code <= 299:
            self._refuse(code, words)
        return f"{code} {words.decode(errors='replace')}"[:500]

    def open(self) -> None:
        """Open the connection before there is a mail. Raises ``ServerAwayError``."""
        self._until = time.monotonic() + HANDOVER_SECONDS
        self._open()
        self._is_used = True  # should it hang up before the first mail, that mail opens it anew

    def _open(self) -> None:
        """Connect, secure the line and log in, as the settings say."""
        self.close()
        where = {
            "host": settings.EMAIL_HOST,
            "port": settings.EMAIL_PORT,
            "local_hostname": DNS_NAME.get_fqdn(),
        }
        try:
            patience = self._seconds_left()
            smtp = (
                smtplib.SMTP_SSL(**where, timeout=patience, context=ssl.create_default_context())
                if settings.EMAIL_USE_SSL
                else smtplib.SMTP(**where, timeout=patience)
            )
            self._smtp = smtp
            self._hurry(smtp)
            smtp.ehlo_or_helo_if_needed()
            if settings.EMAIL_USE_TLS:
                self._hurry(smtp)
                smtp.starttls(context=ssl.create_default_context())
            if settings.EMAIL_HOST_USER:
                self._hurry(smtp)
                smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        except TROUBLE as error:
            self.close()
            raise ServerAwayError(f"{type(error).__name__}: {error}"[:500]) from error
        self._is_used = False

    def _begin(self, sender: str, to: str, is_plain: bool) -> None:
        """Name sender and recipient, and ask to hand over the text."""
        smtp = self._smtp
        assert smtp is not None
        accents = " BODY=8BITMIME" if smtp.has_extn("8bitmime") and not is_plain else ""
        for command, ready in (
            (lambda: smtp.docmd("MAIL", f"FROM:<{sender}>{accents}"), 250),
            (lambda: smtp.docmd("RCPT", f"TO:<{to}>"), 250),
            (lambda: smtp.docmd("DATA"), 354),
        ):
            try:
                self._hurry(smtp)
                code, words = command()
            except TROUBLE as error:
                self.close()
                raise DroppedError(str(error)[:500]) from error
            if code == 421:
                self.close()
                raise DroppedError(f"421 {words.decode(errors='replace')}"[:500])
            if code != ready and not (ready == 250 and code == 251):
                self._refuse(code, words)

    def _refuse(self, code: int, words: bytes) -> None:
        """Clear the table for the next mail, and report what was answered."""
        smtp = self._smtp
        assert smtp is not None
        try:
            self._hurry(smtp)
            smtp.docmd("RSET")
            self._is_used = True
        except TROUBLE:
            self.close()
        if not 400 <= code <= 599:
            self.close()
        raise RefusedError(code, words)

    def _hurry(self, smtp: smtplib.SMTP) -> None:
        """Let the next command wait no longer than this mail has left."""
        if smtp.sock is not None:
            smtp.sock.settimeout(self._seconds_left())

    def _seconds_left(self) -> float:
        """Raises ``TimeoutError`` when this mail has no time left."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("no time left for this mail")
        return min(left, float(settings.EMAIL_TIMEOUT))
