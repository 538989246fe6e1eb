"""Who asked, what was agreed, and who may know it: agencies, enquiries, bookings, contacts, offers, engagements."""

import datetime as dt

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper
from django.utils import timezone

from accounts.models import User
from accounts.rights import COORDINATORS
from bookings import shipped_terms, states
from bookings.matters import ChangeRequest as ChangeRequest
from bookings.matters import Matter as Matter
from bookings.references import new_booking_reference, new_enquiry_reference
from bookings.states import (
    BookingStatus,
    EngagementState,
    EnquiryState,
    OfferState,
    ReleaseState,
)
from courses.models import Audience, Format, Topic
from formkit.letters import check_printable
from places.clock import local
from places.demo import is_demo
from places.email import MAILBOX, UNTIDY
from places.keeping import keep
from places.models import WALES, Force, Region
from places.nations import Nation
from places.searching import Plain
from places.trips import Trip, TripRules
from speakers.models import DiaryEntry, Speaker


def _only_these_moves(name: str, field: str, moves: object) -> pgtrigger.FSM:
    return pgtrigger.FSM(name=name, field=field, transitions=states.as_pairs(moves))  # type: ignore[arg-type]


LEAST_LONE_HOURS = 24
SETTINGS_CACHED = "bookings:settings"


class DeskSettings(models.Model):
    """What the desk may set for itself. There is one row, made when first asked for."""

    answer_within_days = models.PositiveSmallIntegerField("we answer within, working days", default=5)
    hold_days = models.PositiveSmallIntegerField("an offer holds for, working days", default=5)
    setup_minutes = models.PositiveSmallIntegerField("at the venue before the start, minutes", default=30)
    pack_up_minutes = models.PositiveSmallIntegerField("at the venue after the end, minutes", default=15)
    lone_release_hours = models.PositiveSmallIntegerField(
        "a release by one person takes effect after, hours", default=24
    )
    detail_closes_after_days = models.PositiveSmallIntegerField(
        "names and venue close again after the day, days", default=90
    )
    travel_grows_minutes = models.PositiveSmallIntegerField(
        "a longer journey is asked about when it grows by more than, minutes each way",
        default=30,
        db_default=30,
        help_text="After a change of venue. What grows by less is taken as it is.",
    )
    night_away_beyond_minutes = models.PositiveSmallIntegerField(
        "a night away is planned for a journey of more than, minutes each way",
        default=180,
        db_default=180,
        help_text="The speaker then travels on the day before, and is busy from when they leave.",
    )
    earliest_leave = models.TimeField(
        "nobody leaves home before",
        default=dt.time(5, 30),
        db_default=dt.time(5, 30),
        help_text="Whoever would have to leave earlier travels on the day before.",
    )
    night_away_there_by = models.TimeField(
        "with a night away, they arrive on the day before by",
        default=dt.time(18),
        db_default=dt.time(18),
    )
    desk_name = models.CharField(
        "name of the desk",
        max_length=60,
        blank=True,
        help_text="Agencies and speakers see it on their pages and emails, for example “Training desk, Alice Ruggles Trust”.",
    )
    desk_email = models.EmailField(
        "email of the desk",
        blank=True,
        help_text="Requests and messages are announced here, and everyone can write to it.",
    )
    telephone = models.CharField(
        "phone of the desk",
        max_length=40,
        blank=True,
        validators=[RegexValidator(r"^\+?[\d ()-]{7,}$", "Enter a phone number, like 01632 960 000")],
    )
    phone_hours = models.CharField(
        "when you answer the phone",
        max_length=60,
        blank=True,
        help_text="Optional. For example “Monday to Friday, 9am to 4pm”.",
    )

    # the terms: one text, shown beside Accept, in the receipt and on the page about costs (bookings/terms.py)
    terms_binding = models.TextField(
        "when a booking is confirmed",
        default=shipped_terms.BINDING,
        db_default=shipped_terms.BINDING,
        help_text=shipped_terms.HELP,
    )
    terms_contribution = models.TextField(
        "contribution",
        default=shipped_terms.CONTRIBUTION,
        db_default=shipped_terms.CONTRIBUTION,
        help_text=shipped_terms.HELP,
    )
    terms_travel = models.TextField(
        "travel and overnight costs",
        default=shipped_terms.TRAVEL,
        db_default=shipped_terms.TRAVEL,
        help_text=shipped_terms.HELP,
    )
    terms_cancelling = models.TextField(
        "cancelling or changing the date",
        default=shipped_terms.CANCELLING,
        db_default=shipped_terms.CANCELLING,
        help_text=shipped_terms.HELP,
    )
    terms_host = models.TextField(
        "what we ask of the host",
        default=shipped_terms.HOST,
        db_default=shipped_terms.HOST,
        help_text=shipped_terms.HELP,
    )

    class Meta:
        verbose_name_plural = "desk settings"
        constraints = [
            models.CheckConstraint(name="there_is_one_row_of_desk_settings", condition=Q(pk=1)),
        ]

    def __str__(self) -> str:
        return "Desk settings"

    @property
    def is_set_up(self) -> bool:
        """Whether people who need us can find out who answers, and how to reach them."""
        return bool(self.desk_name and self.desk_email and self.telephone)

    @property
    def tel(self) -> str:
        """The number as a link dials it."""
        return "".join(sign for sign in self.telephone if sign.isdigit() or sign == "+")

    def mailboxes(self) -> list[str]:
        """Where the desk's own emails go: its address, or every coordinator's while it has none."""
        if self.desk_email:
            return [self.desk_email]
        coordinators = User.objects.filter(groups__name=COORDINATORS, is_active=True)
        return list(coordinators.order_by("pk").values_list("email", flat=True))

    def clean(self) -> None:
        """One person alone must not open names and places at once by setting the wait to nothing."""
        if self.lone_release_hours is not None and self.lone_release_hours < LEAST_LONE_HOURS:
            raise ValidationError(
                {"lone_release_hours": f"Others need time to look: at least {LEAST_LONE_HOURS} hours."}
            )
        if self.night_away_there_by is not None and self.night_away_there_by < dt.time(12):
            raise ValidationError({"night_away_there_by": "Enter a time in the afternoon or evening."})

    @property
    def trip_rules(self) -> TripRules:
        """How speakers' journeys are planned."""
        return TripRules(
            setup_minutes=self.setup_minutes,
            pack_up_minutes=self.pack_up_minutes,
            night_beyond_minutes=self.night_away_beyond_minutes,
            earliest_leave=self.earliest_leave,
            there_by=self.night_away_there_by,
        )

    @classmethod
    def current(cls) -> "DeskSettings":
        """The row, or the defaults, not yet saved, when there is none: a page that is looked at writes nothing."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @classmethod
    def kept(cls) -> "DeskSettings":
        """The same as this process read it within the last minute, for what is asked of every page."""
        return keep(SETTINGS_CACHED, cls.current)


class Agency(models.Model):
    """An organisation that asks for training."""

    class Kind(models.TextChoices):
        POLICE = "police", "Police force"
        NHS = "nhs", "NHS body"
        COUNCIL = "council", "Council"
        UNIVERSITY = "university", "University or college"
        CHARITY = "charity", "Charity"
        JUSTICE = "justice", "Prison or probation service"
        OTHER = "other", "Other"

    name = models.CharField(max_length=200, validators=[check_printable])
    kind = models.CharField(max_length=12, choices=Kind)
    force = models.ForeignKey(
        Force, models.PROTECT, null=True, blank=True, related_name="agencies", verbose_name="police force"
    )
    notes = models.TextField(blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "agencies"
        constraints = [
            models.UniqueConstraint(
                Upper("name"),
                name="an_agency_stands_once",
                violation_error_message="There is already an agency with this name.",
            ),
            models.CheckConstraint(
                name="agency_kind_is_known",
                condition=Q(
                    kind__in=["police", "nhs", "council", "university", "charity", "justice", "other"]
                ),
            ),
        ]
        indexes = [
            GinIndex(OpClass(Plain("name"), name="gin_trgm_ops"), name="agency_plain_search"),
        ]

    def __str__(self) -> str:
        return self.name


class Place(models.TextChoices):
    """Where a session is given."""

    ON_SITE = "on_site", "On site"
    ONLINE = "online", "Online"
    EITHER = "either", "Either"


class WaitingFor(models.TextChoices):
    """Whose turn it is."""

    US = "us", "Waiting for us"
    SPEAKERS = "speakers", "Waiting for speakers"
    AGENCY = "agency", "Waiting for the agency"
    THE_DAY = "the_day", "Waiting for the day"
    NOBODY = "nobody", "Closed"


class Booking(models.Model):
    """The whole case, from the first request to its close.

    When, where and who are read only through ``bookings/release.py``.
    """

    class Source(models.TextChoices):
        WEB = "web", "Web form"
        TELEPHONE = "telephone", "By telephone"
        ENQUIRY = "enquiry", "From an enquiry"

    class Cover(models.TextChoices):
        SUGGEST = "suggest", "Suggest for our audience"
        CHOOSE = "choose", "We choose topics"

    reference = models.CharField(max_length=12, unique=True, default=new_booking_reference, editable=False)
    status = models.CharField(
        max_length=12, choices=BookingStatus, default=BookingStatus.REQUESTED, editable=False
    )
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="bookings")
    source = models.CharField(max_length=10, choices=Source, default=Source.WEB)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="owned_bookings"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    answer_due_on = models.DateField("we answer by", null=True, blank=True)

    # whose turn it is: derived by bookings/next_step.py, kept here so that the queue has an index
    waiting_for = models.CharField(max_length=8, choices=WaitingFor, default=WaitingFor.US, editable=False)
    waiting_since = models.DateTimeField(default=timezone.now, editable=False)
    next_step = models.CharField(max_length=20, default="confirm_mailbox", editable=False)
    due_at = models.DateTimeField(null=True, blank=True, editable=False)
    set_aside_until = models.DateField("not before", null=True, blank=True)

    # who is it for
    head_count = models.PositiveIntegerField(null=True, blank=True)
    prompted_by = models.TextField("what prompts this", blank=True)
    prior_training = models.TextField(blank=True)

    # what do they need
    format = models.ForeignKey(Format, models.PROTECT, null=True, blank=True, related_name="bookings")
    cover = models.CharField(max_length=8, choices=Cover, default=Cover.SUGGEST)
    musts = models.ManyToManyField(Topic, blank=True, related_name="+")
    leave_outs = models.ManyToManyField(Topic, blank=True, related_name="+")
    anything_else = models.TextField(blank=True)

    # when and where
    months = ArrayField(models.DateField(), default=list, blank=True)
    weekdays = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    dates_to_avoid = models.TextField(blank=True)
    windows = models.TextField("times that suit", blank=True)
    place = models.CharField(max_length=8, choices=Place, default=Place.ON_SITE)
    outcode = models.CharField("first half of the postcode", max_length=4, blank=True)
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="bookings")
    nation = models.CharField(max_length=2, choices=Nation, default=Nation.ENGLAND_WALES)
    access_needs = models.TextField(blank=True)
    papers_in_welsh = models.BooleanField(
        "would like the papers in Welsh as well", default=False, db_default=False
    )
    would_share = models.BooleanField("would share a session with a neighbour", default=False)
    purchase_order = models.CharField(max_length=60, blank=True)
    asks_for_call_since = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Set when the place that was asked for changes: an offer then needs a newer call-back.",
    )

    # what was agreed (T2; see bookings/release.py)
    starts_at = models.DateTimeField(null=True, blank=True, editable=False)
    ends_at = models.DateTimeField(null=True, blank=True, editable=False)
    lead = models.ForeignKey(
        Speaker, models.PROTECT, null=True, blank=True, related_name="led_bookings", editable=False
    )
    calendar_sequence = models.PositiveIntegerField(default=0, editable=False)

    # care
    may_be_disclosure = models.BooleanField(
        "possible disclosure", default=False, help_text="Somebody may be telling us about their own case."
    )
    invented = models.BooleanField("invented for the demo", default=is_demo, editable=False)
    head_count_on_the_day = models.PositiveIntegerField(null=True, blank=True)

    audiences = models.ManyToManyField(Audience, through="AudienceShare", related_name="bookings")

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="booking_ends_after_it_starts",
                condition=Q(starts_at__isnull=True, ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                violation_error_message="The session has to end after it starts.",
            ),
            models.CheckConstraint(
                name="an_agreed_booking_has_a_date",
                condition=~Q(status__in=["confirmed", "ready", "delivered", "closed"])
                | Q(starts_at__isnull=False),
            ),
            models.CheckConstraint(
                name="booking_status_is_known", condition=Q(status__in=BookingStatus.values)
            ),
            models.CheckConstraint(
                name="booking_waits_for_somebody_known", condition=Q(waiting_for__in=WaitingFor.values)
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="booking_newest"),
            models.Index(fields=["status", "-created_at", "-id"], name="booking_by_status"),
            models.Index(fields=["waiting_for", "waiting_since", "id"], name="booking_queue"),
            models.Index(fields=["due_at", "id"], name="booking_due", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["waiting_since", "id"],
                name="booking_at_once",
                condition=Q(next_step__in=states.STEPS_AT_ONCE),
            ),
            models.Index(
                fields=["answer_due_on", "id"],
                name="booking_promised",
                condition=Q(next_step__in=states.STEPS_BEFORE_AN_OFFER),
            ),
            models.Index(fields=["owner", "-created_at", "-id"], name="booking_by_owner"),
            models.Index(fields=["starts_at"], name="booking_by_day", condition=Q(starts_at__isnull=False)),
            GinIndex(OpClass(Upper("reference"), name="gin_trgm_ops"), name="booking_reference_search"),
        ]
        triggers = [_only_these_moves("booking_moves", "status", states.BOOKING_MOVES)]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        return self.status in states.OPEN_BOOKINGS

    @property
    def is_agreed(self) -> bool:
        return self.status in states.AGREED_BOOKINGS

    @property
    def may_ask_for_welsh(self) -> bool:
        """Whether they are asked about papers in Welsh: in Wales, and wherever they have asked for them already."""
        return self.papers_in_welsh or (self.region is not None and self.region.name == WALES)


class AudienceShare(models.Model):
    """Roughly how much of the room one audience makes up."""

    class Share(models.TextChoices):
        ALL = "all", "All, or nearly"
        HALF = "half", "Roughly half"
        SOME = "some", "Some"

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="audience_shares")
    audience = models.ForeignKey(Audience, models.PROTECT, related_name="+")
    share = models.CharField(max_length=4, choices=Share, default=Share.SOME)

    class Meta:
        ordering = ["audience__rank"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking", "audience"], name="an_audience_stands_once_per_booking"
            ),
            models.CheckConstraint(
                name="audience_share_is_known", condition=Q(share__in=["all", "half", "some"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.audience}: {self.get_share_display().lower()}"


class Venue(models.Model):
    """Where exactly, and how to get in: T3, read only through ``bookings/release.py``."""

    booking = models.OneToOneField(Booking, models.CASCADE, related_name="venue")
    name = models.CharField(max_length=200, validators=[check_printable])
    address = models.TextField(blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    room = models.CharField(max_length=200, blank=True)
    parking = models.TextField(blank=True, db_default="")
    arrival = models.TextField("reception and how to get in", blank=True)
    access = models.TextField("access at the place", blank=True, db_default="")
    vetting = models.TextField("vetting or escort", blank=True)
    contact_name = models.CharField("who meets us", max_length=200, blank=True, validators=[check_printable])
    contact_telephone = models.CharField("their telephone on the day", max_length=40, blank=True)
    quiet_room = models.CharField("quiet room", max_length=200, blank=True, db_default="")
    support_name = models.CharField(
        "support contact", max_length=200, blank=True, db_default="", validators=[check_printable]
    )
    support_telephone = models.CharField("support contact’s phone", max_length=40, blank=True, db_default="")
    online_link = models.CharField(
        "link to join",
        max_length=1000,
        blank=True,
        db_default="",
        validators=[URLValidator(["https", "http"], message="Enter a link that starts with https://")],
    )
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text="Who at the agency wrote all of this, and so may read it again; nobody once the desk has changed it.",
    )
    needs_call_since = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Set when the place changes, or the agency names it itself: a release then needs a newer call-back.",
    )
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"Venue of {self.booking}"


class Contact(models.Model):
    """A person at the agency, for one booking. Each is confirmed, verified and released on their own."""

    class Role(models.TextChoices):
        REQUESTER = "requester", "Requester"
        COLLEAGUE = "colleague", "Colleague"

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="contacts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="contacts")
    role = models.CharField(max_length=10, choices=Role, default=Role.REQUESTER)
    name = models.CharField(max_length=200, validators=[check_printable])
    job_title = models.CharField("role", max_length=200, blank=True)
    email = models.EmailField("work e-mail")
    telephone = models.CharField("switchboard number", max_length=40, blank=True)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    mailbox_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    verified_at = models.DateTimeField("rung back", null=True, blank=True, editable=False)
    released_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["booking", "user"], name="a_person_is_one_contact_per_booking"),
            models.CheckConstraint(
                name="nobody_is_released_before_the_call_back",
                condition=Q(released_at__isnull=True) | Q(verified_at__isnull=False),
            ),
            models.CheckConstraint(
                name="contact_email_is_written_one_way",
                condition=Q(email__regex=MAILBOX),
                violation_error_message=UNTIDY,
            ),
        ]
        indexes = [
            GinIndex(OpClass(Plain("name"), name="gin_trgm_ops"), name="contact_plain_search"),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="contact_email_search"),
        ]

    def __str__(self) -> str:
        return self.name


class CallBack(models.Model):
    """What a coordinator learnt by ringing a number that they found themselves."""

    class Outcome(models.TextChoices):
        IS_WHO_THEY_SAY = "is_who_they_say", "They are who they say, and they asked for this"
        NO_ANSWER = "no_answer", "Nobody answered"
        NOT_THEM = "not_them", "They do not know of it, or it does not fit"

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="call_backs")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    number = models.CharField("number rung", max_length=40)
    found_where = models.CharField(
        "where you found the number", max_length=200, help_text="Not the number on the form."
    )
    spoke_to = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome)
    note = models.TextField(blank=True)
    email_then = models.EmailField(editable=False, help_text="The contact's mailbox when the call was made.")

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()}, {self.at:%d %b %Y}"


class Release(models.Model):
    """The decision that one contact may see names and venue; by a second person where there is one."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="releases")
    state = models.CharField(max_length=10, choices=ReleaseState, default=ReleaseState.ASKED, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    takes_effect_at = models.DateTimeField(help_text="Then a lone release takes effect.")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(state__in=["asked", "in_effect"]),
                name="a_contact_has_one_release_at_a_time",
            )
        ]
        indexes = [
            models.Index(fields=["takes_effect_at"], name="release_due", condition=Q(state="asked")),
        ]
        triggers = [_only_these_moves("release_moves", "state", states.RELEASE_MOVES)]

    def __str__(self) -> str:
        return f"Release of {self.contact}"


class Offer(models.Model):
    """A dated proposal with the right speakers held."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="offers")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=OfferState, default=OfferState.OPEN, editable=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    lead = models.ForeignKey(Speaker, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField("holds until")
    moves_the_day = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text="An agreed day was put off to this one, and calendar entries moved along.",
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    answer_note = models.TextField(blank=True)

    class Meta:
        ordering = ["booking", "number"]
        constraints = [
            models.UniqueConstraint(fields=["booking", "number"], name="offers_are_numbered"),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(state="accepted"), name="one_offer_is_accepted"
            ),
            models.CheckConstraint(
                name="offer_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"], name="offer_due", condition=Q(state__in=["open", "accepted"])
            ),
        ]
        triggers = [_only_these_moves("offer_moves", "state", states.OFFER_MOVES)]

    def __str__(self) -> str:
        return f"Offer {self.number} of {self.booking}"

    @property
    def is_live(self) -> bool:
        """Whether it still holds anything by its state; whether its time has run out is ``has_run_out``."""
        return self.state in states.LIVE_OFFERS

    def has_run_out(self, now: dt.datetime | None = None) -> bool:
        return self.expires_at <= (now or timezone.now())


class Engagement(models.Model):
    """One speaker's place in a booking, with the time it takes out of their diary."""

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="engagements")
    speaker = models.ForeignKey(Speaker, models.PROTECT, related_name="engagements")
    diary_entry = models.OneToOneField(
        DiaryEntry, models.PROTECT, null=True, blank=True, related_name="engagement"
    )
    state = models.CharField(
        max_length=10, choices=EngagementState, default=EngagementState.ASKED, editable=False
    )
    topics = models.ManyToManyField(Topic, blank=True, related_name="+")
    travel_minutes = models.PositiveSmallIntegerField("travel each way, minutes", default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    condition = models.TextField(blank=True)
    condition_settled_at = models.DateTimeField(null=True, blank=True, editable=False)
    leaves_a_gap = models.BooleanField(
        default=False,
        editable=False,
        help_text="They do not come, and nobody was asked instead, nor did a coordinator go on without them.",
    )
    instead_of = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="stand_ins",
        help_text="The place that this one fills: of somebody who no longer comes, or of the same speaker asked anew.",
    )

    class Meta:
        ordering = ["offer", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "speaker"],
                condition=Q(state__in=["asked", "accepted"]),
                name="a_speaker_is_asked_once_per_offer",
            ),
            models.CheckConstraint(
                name="a_live_engagement_holds_time",
                condition=~Q(state__in=["asked", "accepted"]) | Q(diary_entry__isnull=False),
            ),
            models.CheckConstraint(
                name="what_is_settled_was_a_condition",
                condition=Q(condition_settled_at__isnull=True) | ~Q(condition=""),
            ),
        ]
        indexes = [models.Index(fields=["speaker", "state"], name="engagement_by_speaker")]
        triggers = [_only_these_moves("engagement_moves", "state", states.ENGAGEMENT_MOVES)]

    def __str__(self) -> str:
        return f"{self.speaker} for {self.offer}"

    @property
    def has_open_condition(self) -> bool:
        """Whether they said yes only if something is so, and nobody has settled it: not a yes to count on yet."""
        return (
            self.state == EngagementState.ACCEPTED
            and bool(self.condition)
            and self.condition_settled_at is None
        )

    @property
    def is_plain_yes(self) -> bool:
        return self.state == EngagementState.ACCEPTED and not self.has_open_condition

    @property
    def held_until(self) -> dt.datetime | None:
        """When their time is free again unless they, or we, act; ``None`` once it is agreed or over."""
        return self.diary_entry.held_until if self.diary_entry is not None else None

    @property
    def trip(self) -> Trip | None:
        """When they leave home and are back, as their diary holds it; ``None`` once the time is theirs again."""
        if self.diary_entry is None:
            return None
        leaves_at, back_at = self.diary_entry.busy.lower, self.diary_entry.busy.upper
        assert leaves_at is not None and back_at is not None  # noqa: PT018 - the table keeps both ends
        night_away = local(leaves_at).date() < local(self.offer.starts_at).date()
        return Trip(leaves_at, back_at, self.travel_minutes, night_away)


class Enquiry(models.Model):
    """A question, not yet a booking."""

    reference = models.CharField(max_length=12, unique=True, default=new_enquiry_reference, editable=False)
    state = models.CharField(max_length=10, choices=EnquiryState, default=EnquiryState.NEW, editable=False)
    name = models.CharField(max_length=200)
    organisation = models.CharField(max_length=200, blank=True)
    email = models.EmailField("e-mail", blank=True)
    telephone = models.CharField(max_length=40, blank=True)
    message = models.TextField()
    ring_me = models.BooleanField("please ring me", default=False)
    may_be_disclosure = models.BooleanField("possible disclosure", default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="owned_enquiries"
    )
    booking = models.ForeignKey(
        Booking, models.SET_NULL, null=True, blank=True, related_name="enquiries", editable=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    answer_due_on = models.DateField("we answer by", null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    answer = models.TextField(blank=True)
    invented = models.BooleanField("invented for the demo", default=is_demo, editable=False)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name_plural = "enquiries"
        constraints = [
            models.CheckConstraint(
                name="an_enquiry_can_be_answered", condition=~Q(email="") | ~Q(telephone="")
            ),
            models.CheckConstraint(
                name="enquiry_email_is_written_one_way",
                condition=Q(email="") | Q(email__regex=MAILBOX),
                violation_error_message=UNTIDY,
            ),
        ]
        indexes = [
            models.Index(fields=["state", "created_at", "id"], name="enquiry_queue"),
            models.Index(fields=["-created_at", "-id"], name="enquiry_newest"),
        ]
        triggers = [_only_these_moves("enquiry_moves", "state", states.ENQUIRY_MOVES)]

    def __str__(self) -> str:
        return self.reference


class Note(models.Model):
    """Something written on a booking: between the agency and us, or among ourselves."""

    class Side(models.TextChoices):
        AGENCY = "agency", "From the agency"
        DESK = "desk", "From us"
        INTERNAL = "internal", "Among ourselves"

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="notes")
    side = models.CharField(max_length=8, choices=Side)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["booking", "-at"], name="note_by_booking")]

    def __str__(self) -> str:
        return f"Note on {self.booking}"


class RequestEdit(models.Model):
    """Something that was asked for, or a contact's details, as it was before somebody changed it and as it is since."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="request_edits")
    contact = models.ForeignKey(
        Contact, models.CASCADE, null=True, blank=True, related_name="changes", help_text="Whose details."
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(max_length=60)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["booking", "-at"], name="request_edit_by_booking")]

    def __str__(self) -> str:
        return f"{self.what} of {self.booking}"


class DetailRead(models.Model):
    """Who looked at names and venue, and when. The one thing that a GET may write."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="detail_reads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    page = models.CharField(max_length=40)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["booking", "-at"], name="detail_read_by_booking")]

    def __str__(self) -> str:
        return f"{self.user} read {self.booking}"


# The audit trail: triggers write what changed, services say who and why with pghistory.context.
def _every_change() -> list[pghistory.Tracker]:
    return [pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent()]


pghistory.track(
    *_every_change(),
    model_name="BookingEvent",
    fields=["reference", "status", "agency", "owner", "starts_at", "ends_at", "lead", "may_be_disclosure"],
)(Booking)
pghistory.track(
    *_every_change(),
    model_name="ContactEvent",
    fields=["booking", "user", "role", "mailbox_confirmed_at", "verified_at", "released_at", "revoked_at"],
)(Contact)
pghistory.track(*_every_change(), model_name="CallBackEvent", fields=["contact", "by", "at", "outcome"])(
    CallBack
)
pghistory.track(*_every_change(), model_name="ReleaseEvent")(Release)
pghistory.track(*_every_change(), model_name="OfferEvent", exclude=["answer_note"])(Offer)
pghistory.track(*_every_change(), model_name="EngagementEvent", exclude=["condition"])(Engagement)
pghistory.track(
    *_every_change(), model_name="EnquiryEvent", fields=["reference", "state", "owner", "booking"]
)(Enquiry)
pghistory.track(*_every_change(), model_name="VenueEvent", fields=["booking", "updated_at"])(Venue)
pghistory.track(
    pghistory.InsertEvent(), model_name="RequestEditEvent", fields=["booking", "contact", "what"]
)(RequestEdit)
