"""Makes the bytes of a mail from its row."""

from email.headerregistry import ContentTypeHeader
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import cast

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone

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
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.DEFAULT_FROM_EMAIL
    mail["To"] = recipient_address(message)
    mail["Subject"] = message.subject
    mail["Date"] = format_datetime(timezone.now())
    mail["Message-ID"] = message.message_id
    if settings.MAIL_REPLY_TO:
        mail["Reply-To"] = settings.MAIL_REPLY_TO
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    for attachment in message.attachments.order_by("pk"):
        _attach(mail, attachment)
    return mail.as_bytes()


def _attach(mail: EmailMessage, attachment: Attachment) -> None:
    """Add one file; the parameters of its content type (a calendar's method) are kept."""
    probe = EmailMessage()
    probe["Content-Type"] = attachment.content_type
    header = cast(ContentTypeHeader, probe["Content-Type"])
    params = dict(header.params)
    if header.maintype == "text":
        params.setdefault("charset", "utf-8")
    mail.add_attachment(
        bytes(attachment.content),
        maintype=header.maintype,
        subtype=header.subtype,
        params=params,
        filename=attachment.filename,
    )
