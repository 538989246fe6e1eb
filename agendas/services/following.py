"""What an agenda does when its booking changes: a day put off, or somebody else who gives the session.

These run in the transaction that changes the booking, which is locked already; so issuing locks the booking before the draft.
"""

from accounts.models import User
from agendas.models import Agenda, AgendaItem, Issue
from agendas.services.draft import OVER
from agendas.services.drafting import editing
from agendas.services.issuing import renew_papers, withdraw_live_issues
from bookings.following import TeamChange
from bookings.models import Booking
from courses.models import Topic
from speakers.models import Expertise

Variant = AgendaItem.Variant


def day_put_off(booking: Booking) -> None:
    """Withdraw what was issued for the old day. The draft stays: its times follow the new day by themselves."""
    withdraw_live_issues(booking)


def language_wished(booking: Booking, actor: User) -> None:
    """Tick or untick the papers in Welsh on the draft, as the agency asks; whoever issues it may still change that.

    After the day a draft no longer changes.
    """
    agenda = Agenda.objects.select_for_update().filter(booking=booking).first()
    if agenda is None or booking.status in OVER:
        return
    with editing(agenda.pk, verb="follow the wish", version=agenda.version, actor=actor) as draft:
        draft.agenda.in_welsh = booking.papers_in_welsh


def team_changed(change: TeamChange) -> None:
    """Give the lines of whoever left to the one who stepped in, where they know the topic; leave the others open.

    The draft’s own checks point at open lines. With the recorded account, their telling becomes the recording. The run
    sheet is made again with today’s team; what the agency holds names nobody and stays.
    """
    agenda = Agenda.objects.select_for_update().filter(booking=change.booking).first()
    if agenda is None:
        return
    with editing(agenda.pk, verb="follow the team", version=agenda.version, actor=change.actor) as draft:
        for item in draft.items:
            if item.speaker_id in change.left:
                _hand_over(item, change)
    issue = Issue.objects.filter(agenda=agenda, withdrawn_at__isnull=True).order_by("-number").first()
    if issue is not None:
        renew_papers(issue.pk, actor=change.actor)


def _hand_over(item: AgendaItem, change: TeamChange) -> None:
    is_account = item.topic is not None and item.topic.kind == Topic.Kind.ACCOUNT
    if is_account and change.is_recorded:
        item.speaker_id, item.variant = None, Variant.RECORDED
    elif change.joined is not None and _may_give(change.joined, item):
        item.speaker_id = change.joined
    else:
        item.speaker_id = None


def _may_give(speaker_id: int, item: AgendaItem) -> bool:
    """Whether they know the topic; what is no topic (a welcome, a close) anybody gives."""
    if item.topic_id is None:
        return True
    return Expertise.objects.filter(speaker=speaker_id, topic=item.topic_id).exists()
