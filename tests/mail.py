"""A real mail server for tests, which keeps what it is given and can be told to misbehave.

Use the fixture ``caught_mail``: it listens on a free port and points the settings there.

    def test_the_code_arrives(caught_mail):
        ...                                             # something queues a mail, and sender.deliver_due() runs
        [mail] = caught_mail.to("officer@example.org")
        assert "ABC" in mail.text

``caught_mail.wait_for(2)`` waits for mail from a worker in another process; ``caught_mail.url`` is the EMAIL_URL
to give it. ``caught_mail.answer(rcpt="450 later")`` changes what it says (``mail``, ``rcpt``, ``data``); the answer
``"drop"`` hangs up at that point: at ``mail`` and ``rcpt`` before the text, at ``data`` after it was taken.
"""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cached_property
from types import TracebackType
from typing import Any, Self

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from pytest_django.fixtures import Settings

DROP = "drop"


@dataclass(frozen=True)
class Caught:
    """One mail as it came over the wire."""

    sender: str
    recipient: str
    raw: bytes

    @cached_property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def html(self) -> str:
        body = self.message.get_body(("html",))
        assert body is not None
        return str(body.get_content())

    @property
    def files(self) -> dict[str, bytes]:
        return {
            part.get_filename() or "": bytes(part.get_payload(decode=True) or b"")
            for part in self.message.iter_attachments()
        }


@dataclass
class CaughtMail:
    """The server: ``messages`` in the order in which they came."""

    messages: list[Caught] = field(default_factory=list)
    connections: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    port: int = 0

    def __enter__(self) -> Self:
        self._controller = _Server(self, hostname="127.0.0.1", port=0)
        self._controller.start()
        self.port = self._controller.port
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def to(self, address: str) -> list[Caught]:
        """What came for one mailbox, the oldest first."""
        return [mail for mail in self.messages if mail.recipient == address]

    def answer(self, **answers: str) -> None:
        """Say this from now on; without arguments, behave again."""
        self.answers = answers

    def wait_for(self, count: int, *, seconds: float = 20.0) -> list[Caught]:
        """Wait until so many mails have come in all; fails when they do not."""
        until = time.monotonic() + seconds
        while len(self.messages) < count and time.monotonic() < until:
            time.sleep(0.02)
        assert len(self.messages) >= count, f"{len(self.messages)} of {count} mails came in {seconds} s"
        return self.messages

    # what aiosmtpd calls
    async def handle_EHLO(  # noqa: N802  the names are aiosmtpd's
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._say("mail", server)

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self._say("rcpt", server)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self._say("data", server)
        if answer.startswith("250") or self.answers.get("data") == DROP:
            content = envelope.original_content or b""
            self.messages += [Caught(envelope.mail_from or "", to, content) for to in envelope.rcpt_tos]
        return answer

    def _say(self, step: str, server: SMTP) -> str:
        answer = self.answers.get(step, "250 OK")
        if answer == DROP:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "421 gone"
        return answer


class _Server(Controller):
    """aiosmtpd's controller on whatever port is free."""

    def _trigger_server(self) -> None:
        """Learn which port it became before aiosmtpd tries it."""
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()

    def factory(self) -> Any:
        return SMTP(self.handler, ident="tests", hostname="localhost", enable_SMTPUTF8=False)


@pytest.fixture
def caught_mail(settings: Settings) -> Iterator[CaughtMail]:
    """A real mail server on a free port, and the settings pointing there."""
    with CaughtMail() as server:
        settings.EMAIL_HOST = "127.0.0.1"
        settings.EMAIL_PORT = server.port
        settings.EMAIL_HOST_USER = ""
        settings.EMAIL_USE_TLS = False
        settings.EMAIL_USE_SSL = False
        yield server
