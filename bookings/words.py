"""Small words that pages, mails and reasons share."""

from collections.abc import Sequence


def say_names(names: Sequence[str]) -> str:
    """Join names as people say them: "Ann, Ben and Cy"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
