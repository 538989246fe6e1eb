"""Whether this is the demo, where every row that anybody adds is invented."""

from django.conf import settings


def is_demo() -> bool:
    """Return whether rows made here are invented: the default of each ``invented`` column.

    One default serves every door (public form, phone, question, admin), so that none can be forgotten and
    leave a booking that no invented speaker may be offered for.
    """
    return bool(settings.DEMO)
