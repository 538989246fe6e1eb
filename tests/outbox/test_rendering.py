import re

import pytest

from outbox import rendering
from outbox.rendering import render
from tests.outbox.conftest import CONTEXT

WORDS = {**CONTEXT, "reference": "WT-ABCD"}


def test_one_template_becomes_plain_text(settings):
    settings.DEMO = True
    settings.SITE_URL = "https://portal.example.org"

    assert render("trial", {**WORDS, "words": "As you asked.\nSecond line."}).text == (
        """[Invented demonstration data]

We have your request

Dear Mair Evans,

We read every request ourselves and answer within four working days.

Reference: WT-ABCD

See your request:
https://portal.example.org/your/WT-ABCD/

What comes next
---------------

- We ring you.
- We offer a date.

> As you asked.
> Second line.

Please send no case details.

    BCD-FGH

--\x20
Questions? Training desk
Phone 01632 960 000 (Monday to Friday, 9am to 4pm)
Email desk@example.org

Working Together Against Stalking
https://portal.example.org
"""
    )


def test_the_same_words_stand_in_the_html():
    mail = render("trial", WORDS)
    shown = re.sub(r"<head>.*</head>|<[^>]+>", " ", mail.html, flags=re.DOTALL)

    for word in re.findall(r"[\w.,]+", mail.text.replace("---------------", "")):
        assert word.lower() in shown.lower()


def test_html_loads_nothing_from_anywhere_and_text_is_readable_on_a_phone():
    html = render("trial", WORDS).html

    assert re.findall(r"<(?:img|link|script|iframe|style)\b|@import|url\(", html) == []
    assert "width=device-width" in html
    assert min(int(size) for size in re.findall(r"font-size:(\d+)px", html.split("</div>", 1)[1])) >= 14


def test_what_people_typed_is_escaped_in_html_and_left_alone_in_text():
    mail = render("trial", {**WORDS, "name": '<a href="https://evil.example">', "words": "</blockquote><b>x"})

    assert "evil.example&quot;&gt;" in mail.html
    assert "&lt;/blockquote&gt;&lt;b&gt;x" in mail.html
    assert '<a href="https://evil.example">' in mail.text


def test_typed_line_breaks_cannot_make_a_second_paragraph_or_header():
    mail = render("trial", {**WORDS, "name": "A\n\nSee https://evil.example\n", "reference": "WT\nBcc: x@y"})

    assert "Dear A See https://evil.example ," in mail.text
    assert mail.subject == "Your training: WT Bcc: x@y"


def test_an_address_in_a_button_cannot_leave_its_attribute():
    assert (
        'href="https://x.example/?a=1&amp;b=&quot;2"'
        in render("trial", {**WORDS, "link": 'https://x.example/?a=1&b="2'}).html
    )


@pytest.mark.parametrize(("demo", "count"), [(True, 1), (False, 0)])
def test_demonstration_mail_says_so(settings, demo, count):
    settings.DEMO = demo
    mail = render("trial", WORDS)

    assert mail.html.count("Invented demonstration data") == count
    assert mail.text.count("Invented demonstration data") == count


def test_a_template_without_a_subject_is_refused(monkeypatch, tmp_path):
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "mute.html").write_text("{% extends layout %}{% block subject %} {% endblock %}")
    monkeypatch.setattr(rendering.engine(), "dirs", [tmp_path, *rendering.engine().dirs])

    with pytest.raises(ValueError, match="has no subject"):
        render("mute", {})
