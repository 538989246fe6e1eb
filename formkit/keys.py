"""Keys of rows as a button or a hidden field sends them."""


def key_in(words: str) -> int | None:
    """The key that the words are, in plain digits and no longer than one can be; ``None`` for anything else."""
    return int(words) if words.isascii() and words.isdecimal() and len(words) < 12 else None
