"""The list of what anyone may read and keep: a view is private until it says otherwise here."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def public_page(view: View) -> View:
    """Mark a view whose page tells nothing about a person, a booking or a date. Put it on top of the other decorators.

    Every view without this mark is answered `no-store` and `noindex`, so forgetting it is safe.
    """
    view.public_page = True  # type: ignore[attr-defined]  # read by trainingportal.middleware
    return view
