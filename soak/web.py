"""The portal as gunicorn serves it, with two places to be held: in a transaction, and between commit and bell."""

from outbox import bell
from soak.holding import hold_before
from trainingportal.wsgi import application

bell.ring_after_commit = hold_before("transaction", bell.ring_after_commit)
bell.publish = hold_before("bell", bell.publish)

__all__ = ["application"]
