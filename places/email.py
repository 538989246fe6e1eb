"""One way to write an email address, however it was typed, pasted or copied out of a letter.

Whatever compares, counts or stores addresses uses `tidy`: two ways to type one mailbox are one mailbox.
"""

import unicodedata

MAILBOX = r"^[!-?\[-~]+@[!-?\[-~]+$"
"""What a column of addresses holds: printable ASCII in lower case with one @. An invisible sign cannot be stored."""
LONGEST = 254
UNTIDY = "Enter an email address in the correct format, like name@example.org."
_UNSEEN = ("Cc", "Cf", "Cn", "Co", "Cs")
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164")
_SIGNS = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")
    | dict.fromkeys("\u2018\u2019", "'")
    | {"\u3002": "."}
)
"""Dashes and quotation marks that a word processor puts in the place of plain ones."""
_AROUND = " \t.,;:!?()[]{}<>'\"*\u201c\u201d\u201e\u00ab\u00bb\u2039\u203a"


def tidy(typed: str) -> str:
    """Give the mailbox that somebody meant, in lower case; what is none comes back tidied as far as it goes."""
    text = unicodedata.normalize("NFKC", typed).translate(_SIGNS)
    seen = (" " if character.isspace() else character for character in text if not is_unseen(character))
    text = " ".join("".join(seen).split())
    inside = text.rpartition("<")[2].partition(">")[0]
    if "<" in text and "@" in inside:
        text = inside
    text = text.strip(_AROUND)
    if text[:7].lower() == "mailto:":
        text = text[7:].partition("?")[0].strip(_AROUND)
    for sign in "@.":  # a blank beside these is a slip; anywhere else it parts two things
        text = text.replace(f" {sign}", sign).replace(f"{sign} ", sign)
    name, at, domain = text.lower().rpartition("@")
    return f"{name}{at}{_in_ascii(domain)}" if at else text.lower()


def is_unseen(character: str) -> bool:
    """Whether a sign takes no room on a screen, though it makes two words differ. A blank is none of these."""
    if character.isspace():
        return False
    return (
        unicodedata.category(character) in _UNSEEN
        or character in _FILLERS
        or "\ufe00" <= character <= "\ufe0f"  # variation selectors
        or "\U000e0100" <= character <= "\U000e01ef"
    )


def _in_ascii(domain: str) -> str:
    """A domain as the net knows it; one that cannot be written so stays, and is refused as no address."""
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return domain
