"""Makes the bytes of a mail from its row."""

from email.encoders import encode_base64
from email.headerregistry import ContentTypeHeader
from email.message import EmailMessage
from email.mime.base import MIMEBase
from email.utils import parseaddr
from typing import cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email

from outbox.models import Attachment, Message


def sender_address() -> str:
    """The bare address mail leaves from, for the envelope."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


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

    It says that a machine wrote it, so that no absence note comes back. Raises ``ValueError`` (a bad header or
    address) when the row cannot be made into a mail.
    """
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[recipient_address(message)],
        reply_to=[settings.MAIL_REPLY_TO] if settings.MAIL_REPLY_TO else None,
        headers={
            "Message-ID": message.message_id,
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    mail.attach_alternative(message.html, "text/html")
    for attachment in sorted(message.attachments.all(), key=lambda file: file.pk):
        mail.attach(_part(attachment))
    return mail.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's own messages take it


def _part(attachment: Attachment) -> MIMEBase:
    """One file; the parameters of its content type (a calendar's method) are kept."""
    probe = EmailMessage()
    probe["Content-Type"] = attachment.content_type
    header = cast(ContentTypeHeader, probe["Content-Type"])
    params = dict(header.params)
    if header.maintype == "text":
        params.setdefault("charset", "utf-8")
    part = MIMEBase(header.maintype, header.subtype, **params)
    part.set_payload(bytes(attachment.content))
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=attachment.filename)
    return part
