"""The bytes of a mail say what Django's own would say."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest
from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from outbox.envelope import LONGEST_LINE, build
from outbox.queue import FileToSend

pytestmark = pytest.mark.django_db
OURS = {"from", "to", "subject", "message-id", "reply-to", "mime-version", "auto-submitted"}


def parsed(content: bytes) -> EmailMessage:
    found = message_from_bytes(content, policy=policy.SMTP)
    assert not found.defects
    return found


def by_django(message) -> EmailMessage:
    mail = EmailMultiAlternatives(
        message.subject,
        message.text,
        settings.DEFAULT_FROM_EMAIL,
        [message.to],
        headers={"Message-ID": message.message_id, "Auto-Submitted": "auto-generated"},
        reply_to=[settings.MAIL_REPLY_TO],
    )
    mail.attach_alternative(message.html, "text/html")
    return parsed(mail.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]


def said(mail: EmailMessage) -> tuple:
    headers = {name.lower(): value.strip() for name, value in mail.items() if name.lower() in OURS}
    parts = [(part.get_content_type(), part.get_content()) for part in mail.walk() if not part.is_multipart()]
    return headers, parts


@pytest.mark.parametrize(
    "subject",
    ["Your training: WT-ABCD", "Hyfforddiant: Siân Llŷr", "Your training " * 14, "Ŵythnos ŷd " * 16],
)
def test_subjects_and_texts_arrive_as_django_would_send_them(queue, settings, subject):
    settings.DEFAULT_FROM_EMAIL = "Y tîm hyfforddi <training@example.org>"
    settings.MAIL_REPLY_TO = "desk@example.org"
    message = queue(context={"name": "Siân Llŷr", "words": ".dots\n..\nFrom here\n--=_mark"})
    message.subject = subject.strip()

    assert said(parsed(build(message))) == said(by_django(message))


def test_every_line_ends_as_mail_does_and_none_is_too_long(queue):
    message = queue(attachments=[FileToSend("a.bin", "application/octet-stream", bytes(range(256)) * 9)])
    message.text = "one\rtwo\r\nthree\n" + "long " * 400
    message.subject = "Ŵythnos " * 20
    content = build(message)

    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= LONGEST_LINE
    text = next(part for part in parsed(content).walk() if part.get_content_type() == "text/plain")
    assert text.get_content().replace("\r\n", "\n") == "one\ntwo\nthree\n" + "long " * 400


@pytest.mark.parametrize("field", ["subject", "message_id"])
def test_a_second_line_in_a_header_is_refused(queue, field):
    message = queue()
    setattr(message, field, "One\r\nBcc: other@example.org")

    with pytest.raises(ValueError, match="newlines"):
        build(message)


INVITATION = FileToSend(
    "WT-ABCD.ics", "text/calendar; method=REQUEST", b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"
)


def test_an_invitation_is_a_reading_of_the_mail_with_its_method_and_a_file_without_one(queue):
    mail = parsed(build(queue(attachments=[INVITATION])))

    readings, file = mail.iter_parts()
    assert (mail.get_content_type(), readings.get_content_type()) == (
        "multipart/mixed",
        "multipart/alternative",
    )
    *words, calendar = readings.iter_parts()
    assert [part.get_content_type() for part in words] == ["text/plain", "text/html"]
    assert (calendar.get_content_type(), calendar.get_param("method")) == ("text/calendar", "REQUEST")
    assert calendar.get_content_disposition() is None
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "WT-ABCD.ics")
    assert calendar.get_payload(decode=True) == file.get_payload(decode=True) == INVITATION.content


def test_a_calendar_without_a_method_is_a_file_and_nothing_more(queue):
    mail = parsed(build(queue(attachments=[FileToSend("a.ics", "text/calendar", INVITATION.content)])))

    readings, file = mail.iter_parts()
    assert [part.get_content_type() for part in readings.iter_parts()] == ["text/plain", "text/html"]
    assert (file.get_content_type(), file.get_content_disposition()) == ("text/calendar", "attachment")
