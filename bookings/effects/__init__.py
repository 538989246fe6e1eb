"""What an act does, told from what it really wrote: to look ahead, the act itself is run and taken back.

A page says beforehand ``preview(act, booking).sentences``; a success message says ``recording(act, booking)``'s
``Effects.done``. Nobody writes by hand what an act will do. Names are for the desk; everybody else is given
``Effects.sentences_for``.
"""

from bookings.effects.effect import Audience, Effects, Mail, Role
from bookings.effects.reading import Snapshot, also_read
from bookings.effects.running import Busy, preview, recording

__all__ = ["Audience", "Busy", "Effects", "Mail", "Role", "Snapshot", "also_read", "preview", "recording"]
