"""Small words for an example day."""

YOUR_WORDS = (
    ("They asked", "You asked"),
    ("These people", "Your people"),
    ("these people", "your people"),
    ("their asking", "asking"),
    ("shorter topics", "asking for it"),
    (
        "No day keeps every rule here. Set one of them aside, or change the times.",
        "No day keeps every rule that our trainers work by. Choose another length.",
    ),
)
"""The composer speaks to a trainer about an agency; here it is the agency that reads."""


def to_you(words: str) -> str:
    """The composer's words, said to the agency."""
    for theirs, yours in YOUR_WORDS:
        words = words.replace(theirs, yours)
    return words


def left_out(why: str, buys_back: str) -> str:
    """Why a topic is not in the day, and what would bring it in."""
    if not buys_back:
        return to_you(why)
    what = to_you(buys_back)
    return f"{to_you(why)} {what[0].upper()}{what[1:]} would bring it in."


def in_short(why: str) -> str:
    """A reason in few words, for a paper that says elsewhere whom it is for."""
    for begins, short in (
        ("A first choice", "First choice"),
        ("Usual for", "Usual"),
        ("Another topic", "Needed first"),
    ):
        if why.startswith(begins):
            return short
    return why.removesuffix(".")


def as_sentence(words: str) -> str:
    return f"{words}." if words and words[-1] not in ".?…" else words


def lower(words: str) -> str:
    """The words as they stand in the middle of a sentence."""
    return words[:1].lower() + words[1:]
