from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st

from courses.words import Block, read_blocks


def test_headings_paragraphs_and_lists_are_told_apart():
    text = "First line\nstill first\n\n## Then\n- one\n- two\n  goes on\n\nLast"

    assert read_blocks(text) == [
        Block("paragraph", text="First line still first"),
        Block("heading", text="Then"),
        Block("list", items=("one", "two goes on")),
        Block("paragraph", text="Last"),
    ]


@given(st.text())
def test_any_text_is_read_and_none_of_it_becomes_markup(text):
    page = render_to_string("components/words.html", {"blocks": read_blocks(text + "<script>x</script>")})

    assert "<script" not in page


def test_addresses_become_links():
    page = render_to_string("components/words.html", {"blocks": read_blocks("Write to us@example.org")})

    assert '<a href="mailto:us@example.org">us@example.org</a>' in page
