"""The agenda follows its booking: somebody steps in, a recording takes a telling's place, a day is put off."""

import pgtrigger
import pytest
import time_machine

from agendas import services
from agendas.models import Agenda, AgendaItem, Document
from agendas.snapshot import NOT_NAMED
from bookings import services as bookings
from bookings.models import Booking, DeskSettings
from courses.models import Topic
from speakers.models import Expertise
from tests.factories import SpeakerFactory, at

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def issue(agenda, lead):
    return services.issue_agenda(agenda.pk, version=agenda.version, actor=lead)


def lines_of(agenda, speaker) -> set[str]:
    return set(
        AgendaItem.objects.filter(agenda=agenda, speaker=speaker).values_list("topic__slug", flat=True)
    )


def gives_up(booking: Booking, speaker):
    place = booking.offers.get(state="accepted").engagements.get(speaker=speaker, state="accepted")
    return bookings.give_up_session(place.pk, actor=speaker.user)


def steps_in(booking: Booking, speaker, desk):
    offer = booking.offers.get(state="accepted")
    asked = bookings.add_speaker(offer.pk, speaker=speaker, actor=desk)
    return bookings.answer_invitation(asked.pk, accepts=True, actor=speaker.user)


def test_the_lines_go_to_whoever_steps_in_where_they_know_the_topic(agreed, agenda, team, desk):
    detective = team[0]
    before = lines_of(agenda, detective) - {None}
    assert len(before) > 1
    one = sorted(before)[0]
    newcomer = SpeakerFactory(name="Una Newcomer")
    Expertise.objects.create(speaker=newcomer, topic=Topic.objects.get(slug=one))

    gives_up(agreed, detective)
    assert lines_of(agenda, detective) - {None} == before  # the draft waits for somebody
    steps_in(agreed, newcomer, desk)

    assert lines_of(agenda, newcomer) - {None} == {one}
    assert lines_of(agenda, detective) == set()
    open_lines = AgendaItem.objects.filter(agenda=agenda, topic__slug__in=before - {one})
    assert set(open_lines.values_list("speaker", flat=True)) == {None}


def test_the_frozen_issue_is_read_with_the_team_of_today(agreed, issue, team, desk):
    detective = team[0]
    assert detective.name in services.current_detail(issue, settings=DeskSettings.current())["who"]
    gives_up(agreed, detective)

    gap = services.current_detail(issue, settings=DeskSettings.current())
    assert detective.name not in str(gap)
    assert NOT_NAMED in gap["who"]

    newcomer = SpeakerFactory(name="Una Newcomer")
    steps_in(agreed, newcomer, desk)

    now = services.current_detail(issue, settings=DeskSettings.current())
    assert newcomer.name in now["who"]
    assert detective.name not in str(now)
    issue.refresh_from_db()
    assert detective.name in issue.snapshot["detail"]["who"]  # what was issued stays what was issued
    sheets = Document.objects.filter(issue=issue, kind="run_sheet").order_by("pk")
    assert newcomer.name in str(sheets.last().content)
    assert Document.objects.filter(issue=issue, kind="agenda").count() == 1  # names nobody, and stays


def test_the_recorded_account_takes_the_place_of_the_telling(agreed, agenda, team, desk):
    mother = team[2]
    place = gives_up(agreed, mother)

    bookings.use_recorded_account(place.pk, actor=desk)

    story = AgendaItem.objects.get(agenda=agenda, topic__kind="account")
    assert (story.variant, story.speaker) == ("recorded", None)
    assert lines_of(agenda, mother) == set()
    assert Booking.objects.get().next_step == "issue_agenda"


def test_a_day_put_off_withdraws_the_issue_and_re_times_the_draft(agreed, agenda, issue, desk):
    bookings.postpone_session(
        agreed.pk, to=bookings.NewDay(at(10, day=16), at(17, day=16), agency_agreed=True), actor=desk
    )
    issue.refresh_from_db()
    assert issue.is_withdrawn
    assert services.paper_of_today(agreed) is None

    offer = agreed.offers.get(state="accepted")
    for place in offer.engagements.all():
        bookings.answer_invitation(place.pk, accepts=True, actor=place.speaker.user)

    agenda.refresh_from_db()
    agenda.booking = Booking.objects.get()
    assert agenda.starts_at == at(10, day=16)
    assert (agenda.booking.status, agenda.booking.next_step) == ("confirmed", "issue_agenda")
    with time_machine.travel(at(11, day=2, month=2), tick=False):
        again = services.issue_agenda(agenda.pk, version=agenda.version, actor=desk)
    assert (again.number, again.snapshot["agenda"]["day"]) == (2, "2027-03-16")


# ---- the language that the agency asks for


def wish(booking: Booking, contact, *, welsh: bool):
    bookings.change_practical_details(
        booking.pk, access_needs="", purchase_order="", papers_in_welsh=welsh, actor=contact.user
    )


def languages(issue) -> set[str]:
    return set(issue.documents.values_list("language", flat=True))


def test_papers_in_welsh_that_were_asked_for_are_ticked_when_the_agenda_is_begun(agreed, contact, lead):
    wish(agreed, contact, welsh=True)

    agenda = services.open_agenda(Booking.objects.get(pk=agreed.pk), filled=True, actor=lead)

    assert agenda.in_welsh
    assert languages(services.issue_agenda(agenda.pk, version=agenda.version, actor=lead)) == {"en", "cy"}


def test_a_later_wish_ticks_the_draft_and_one_taken_back_unticks_it(agreed, agenda, contact, lead):
    before = agenda.version

    wish(agreed, contact, welsh=True)

    agenda.refresh_from_db()
    assert (agenda.in_welsh, agenda.version) == (True, before + 1)
    assert languages(services.issue_agenda(agenda.pk, version=agenda.version, actor=lead)) == {"en", "cy"}
    wish(agreed, contact, welsh=False)
    agenda.refresh_from_db()
    assert (agenda.in_welsh, agenda.version) == (False, before + 2)


def test_whoever_issues_may_still_decide_otherwise_and_the_wish_stays_to_be_read(
    agreed, agenda, contact, lead, enter, studio
):
    wish(agreed, contact, welsh=True)
    agenda.refresh_from_db()

    issue = services.issue_agenda(
        agenda.pk, version=agenda.version, actor=lead, typed=services.Typed(in_welsh=False)
    )

    assert languages(issue) == {"en"}
    wish(agreed, contact, welsh=True)  # the same again changes nothing
    agenda.refresh_from_db()
    assert not agenda.in_welsh
    assert "papers in Welsh as well: they asked for this" in enter(lead).get(studio).content.decode()


def test_other_details_leave_the_tick_as_it_is(agreed, agenda, contact):
    Agenda.objects.update(in_welsh=True)

    bookings.change_practical_details(
        agreed.pk, access_needs="Captions", purchase_order="", actor=contact.user
    )
    wish(agreed, contact, welsh=False)

    agenda.refresh_from_db()
    assert agenda.in_welsh


def test_after_the_day_the_wish_is_kept_and_the_draft_stays(agreed, agenda, contact):
    with pgtrigger.ignore():  # the day is over, however it came to that
        Booking.objects.filter(pk=agreed.pk).update(status="delivered")

    wish(agreed, contact, welsh=True)

    agenda.refresh_from_db()
    assert not agenda.in_welsh
    assert Booking.objects.get(pk=agreed.pk).papers_in_welsh
