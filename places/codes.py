"""Reads a code that we sent, however it was typed or pasted: letters and figures count, and nothing else."""

import re
import unicodedata

LONGEST = 200
_WORDS_BEFORE = {"YOUR", "THE", "MY", "CODE", "IS", "SIGN", "IN", "LOGIN", "PIN", "NUMBER", "ATTENDEE"}


def read(typed: str, *lengths: int) -> str:
    """Give the letters and figures in capitals; words such as "Code:" before a code of one of these lengths fall away."""
    text = unicodedata.normalize("NFKC", typed[:LONGEST]).upper()
    seen = "".join(
        sign if sign.isalnum() else " " if sign.isspace() or sign in ":=" else ""
        for sign in text
        if unicodedata.category(sign) not in ("Cf", "Cc") or sign.isspace()
    )
    parts = re.findall(r"\S+", seen)
    while len(parts) > 1 and parts[0] in _WORDS_BEFORE and len("".join(parts)) not in lengths:
        parts.pop(0)
    return "".join(parts)
