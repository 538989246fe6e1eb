"""Short public references that nobody can misread over the telephone."""

from django.utils.crypto import get_random_string

LETTERS = "ABCDEFGHJKLMNPQRTUVWXY34689"  # no I, O, S, Z, 0, 1, 2, 5, 7: each looks or sounds like another


def new_booking_reference() -> str:
    """``WT-`` and six signs: 387 million, so that a guess finds nothing and two never meet."""
    return f"WT-{get_random_string(6, LETTERS)}"


def new_enquiry_reference() -> str:
    """``EN-`` and six signs."""
    return f"EN-{get_random_string(6, LETTERS)}"
