"""Makes the bytes of a mail from its row."""

import base64
import re
import secrets
from email.encoders import encode_base64
from email.headerregistry import ContentTypeHeader
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.utils import formatdate, parseaddr
from functools import lru_cache
from typing import cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail.message import forbid_multi_line_headers
from django.core.validators import validate_email

from outbox.models import Attachment, Message

# in bytes, without its end (RFC 5322)
LONGEST_LINE = 998


def sender_address() -> str:
    """The bare address mail leaves from, for the envelope."""
    return _bare(settings.DEFAULT_FROM_EMAIL)


@lru_cache(maxsize=4)
def _bare(address: str) -> str:
    return parseaddr(address)[1]


def recipient_address(message: Message) -> str:
    """The bare address mail goes to; a domain with accents in the form that mail servers know.

    Raises ``ValueError`` when it is no address.
    """
    try:
        validate_email(message.to)
    except ValidationError as error:
        raise ValueError(f"{message.to!r} is not an e-mail address") from error
    name, _, domain = message.to.rpartition("@")
    return f"{name}@{domain.encode('idna').decode('ascii')}"


def build(message: Message) -> bytes:
    """The whole mail as it goes over the wire: text and HTML, then the files.

    A calendar file with a method is another reading of the same mail beside text and HTML, so that mail programmes show
    it as an invitation, and a file as well for those that do not.

    It says that a machine wrote it, so that no absence note comes back. Written here rather than by ``email``, which
    takes longer than the mail server. Raises ``ValueError`` (a bad header or address) when the row cannot be made into
    a mail.
    """
    headers = [
        _own_address("From", settings.DEFAULT_FROM_EMAIL),
        f"To: {recipient_address(message)}",
        _header("Subject", message.subject),
        f"Date: {formatdate(localtime=settings.EMAIL_USE_LOCALTIME)}",
        _header("Message-ID", message.message_id),
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
    ]
    if settings.MAIL_REPLY_TO:
        headers.append(_own_address("Reply-To", settings.MAIL_REPLY_TO))
    files = sorted(message.attachments.all(), key=lambda file: file.pk)
    readings = [_words("plain", message.text), _words("html", message.html)]
    readings += [_lines(_part(file, inline=True).as_bytes()) for file in files if _is_invitation(file)]
    content = _multipart("alternative", readings)
    if files:
        content = _multipart("mixed", [content, *(_lines(_part(file).as_bytes()) for file in files)])
    return "\r\n".join(headers).encode("ascii") + b"\r\n" + content


def _header(name: str, value: str) -> str:
    """A header with its words in ASCII, folded where they are long. Raises ``ValueError`` for more than one line."""
    name, value = forbid_multi_line_headers(name, value, "utf-8")
    return f"{name}: " + "\r\n".join(value.splitlines())


_own_address = lru_cache(maxsize=4)(_header)  # of the settings, so always the same few


def _multipart(kind: str, parts: list[bytes]) -> bytes:
    """Parts between marks that occur in none of them."""
    mark = f"=_{secrets.token_hex(16)}"
    head = f'Content-Type: multipart/{kind}; boundary="{mark}"\r\n'
    return b"\r\n".join(
        [head.encode(), *(f"--{mark}\r\n".encode() + part for part in parts), f"--{mark}--\r\n".encode()]
    )


def _words(kind: str, words: str) -> bytes:
    """A text as a part; in base64 where a line is longer than mail servers take."""
    content = _lines(words.encode())
    how = "7bit" if content.isascii() else "8bit"
    if max(map(len, content.split(b"\r\n"))) > LONGEST_LINE:
        how, content = "base64", _lines(base64.encodebytes(content))
    head = f'Content-Type: text/{kind}; charset="utf-8"\r\nContent-Transfer-Encoding: {how}\r\n\r\n'
    return head.encode() + content


def _lines(content: bytes) -> bytes:
    """The same with the ends of lines that mail has."""
    return re.sub(rb"\r\n?|\n", b"\r\n", content)


def _is_invitation(attachment: Attachment) -> bool:
    """Whether mail programmes read this file as an invitation, a change of one, or its end."""
    kind, _, method = attachment.content_type.partition(";")
    return kind.strip() == "text/calendar" and method.strip().startswith("method=")


def _part(attachment: Attachment, *, inline: bool = False) -> MIMEBase:
    """One file; the parameters of its content type (a calendar's method) are kept.

    ``inline``: as a reading of the mail, without a file's name. An invitation's file is plain "application/ics" then, as
    two with a method would be shown twice.
    """
    if _is_invitation(attachment) and not inline:
        part = MIMEBase("application", "ics")
        part.set_payload(bytes(attachment.content))
        encode_base64(part)
        part.add_header("Content-Disposition", "attachment", filename=attachment.filename)
        return part
    probe = EmailMessage()
    probe["Content-Type"] = attachment.content_type
    header = cast(ContentTypeHeader, probe["Content-Type"])
    params = dict(header.params)
    if header.maintype == "text":
        params.setdefault("charset", "utf-8")
    part = MIMEBase(header.maintype, header.subtype, **params)
    part.set_payload(bytes(attachment.content))
    encode_base64(part)
    if not inline:
        part.add_header("Content-Disposition", "attachment", filename=attachment.filename)
    return part
