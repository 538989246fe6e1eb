"""“Ask for training”, page by page. GET shows what is kept, POST keeps it; the last press makes one booking."""

from typing import Any

from django.contrib import messages
from django.contrib.messages.storage.base import BaseStorage
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.signin import begin_code
from bookings.models import Booking, Contact
from places import outcodes
from places.clock import say_date
from trainingportal.asking import budget, choices, drafts, pages, sending
from trainingportal.asking.forms import (
    UNSURE,
    AudienceForm,
    NeedForm,
    PageForm,
    SendForm,
    WhenForm,
    WhoFields,
)
from trainingportal.asking.pages import PAGES, Page
from trainingportal.example import carrying, seen
from trainingportal.example.question import question_in
from trainingportal.guard import (
    TOO_MANY,
    GuardedForm,
    client_address,
    counted_before_it_is_read,
    may_go_on,
    one_moment,
)
from trainingportal.models import RequestDraft

EXPIRED = (
    "More than a day has passed, or this browser was closed in between, so we no longer hold your earlier answers. "
    "What you have just sent is kept. Please fill in the other pages again."
)
LOOK_AGAIN = "One of the answers on this page is missing, or no longer on offer. Please look it over."


@require_http_methods(["GET", "HEAD", "POST"])
@counted_before_it_is_read
def show_page(request: HttpRequest, name: str) -> HttpResponse:
    """Draw one of the four pages with what is kept, or take what was typed."""
    page = pages.BY_NAME[name]
    draft = drafts.find(request)
    if request.method == "POST":
        return _take(request, page, draft)
    if draft is not None and draft.booking_id is not None:
        draft = None  # sent: this is the beginning of the next
    unfinished = pages.first_unfinished(draft)
    if unfinished is not None and unfinished.number < page.number:
        return redirect(unfinished.url_name)
    return _draw(request, page, draft, _as_kept(page, draft))


def _take(request: HttpRequest, page: Page, draft: RequestDraft | None) -> HttpResponse:
    """Keep one page's answers and lead on; a page that is not right is shown again with all that was typed."""
    posted_key = request.POST.get("draft", "")
    sent = _sent_by(request, draft)
    if sent is not None:
        return render(request, "asking/sent_already.html", {"booking": sent}, status=409)
    if draft is not None and draft.booking_id is not None:
        draft = None
    form = _form(page, draft, data=request.POST)
    is_right = form.is_valid()
    if isinstance(form, GuardedForm) and form.is_held:
        return one_moment(request)
    if draft is not None and posted_key != str(draft.key):
        return _other_tab(request, page, draft, form)
    if draft is None:
        if not is_right and page.number == 1:
            return _draw(request, page, None, form, status=422)
        if not may_go_on("ask-training-begin", address=client_address(request)):
            form.add_error(None, TOO_MANY)
            return _draw(request, page, None, form, status=422)
        draft = drafts.begin(request)
    draft = drafts.save_page(
        draft,
        page=page.name,
        state=drafts.DONE if is_right else drafts.KEPT,
        data=form.answers() if is_right else form.typed(),
    )
    if page.number == 1 and (example := question_in(request.GET)) is not None:
        draft = carrying.fill(draft, example)
    if posted_key and posted_key != str(draft.key):
        messages.warning(request, EXPIRED)
        return redirect("ask-training")
    if "count" in request.POST:
        return _count_again(request, page, draft, form)
    if not is_right:
        return _draw(request, page, draft, form, status=422)
    _say_what_was_noticed(request, form)
    if "check" in request.GET:
        return redirect("ask-training-check")
    following = pages.after(page)
    return redirect(following.url_name if following else "ask-training-check")


def _sent_by(request: HttpRequest, draft: RequestDraft | None) -> Booking | None:
    """The booking that the posted page became already, in this tab or another."""
    posted_key = request.POST.get("draft", "")
    if draft is not None and posted_key == str(draft.key):
        return draft.booking
    sent = drafts.find_sent(posted_key) if posted_key else None
    return sent.booking if sent is not None else None


def _other_tab(request: HttpRequest, page: Page, draft: RequestDraft, form: PageForm) -> HttpResponse:
    """Nothing of one request slips into another: show what was typed, and let the person decide."""
    again = _form(page, draft, initial=form.typed() | {"draft": str(draft.key)})
    return _draw(request, page, draft, again, status=409, other_tab=True)


def _count_again(request: HttpRequest, page: Page, draft: RequestDraft, form: PageForm) -> HttpResponse:
    """Show the time anew: the panel alone for the script, the whole page without one."""
    assert isinstance(form, NeedForm)
    if "X-Panel" in request.headers:
        return render(request, "asking/time.html", _time(form))
    return redirect(f"{request.get_full_path()}#time")


def _say_what_was_noticed(request: HttpRequest, form: PageForm) -> None:
    if isinstance(form, WhenForm) and form.was_cut and form.cleaned_data["outcode"]:
        messages.info(
            request,
            f"You gave a whole postcode. We kept only its first half, {form.cleaned_data['outcode']}: "
            "we need no more yet.",
        )
    if isinstance(form, WhenForm) and (kept := form.cleaned_data.get("outcode")) and not outcodes.find(kept):
        messages.info(
            request, f"We cannot work out a journey to {kept}. We will ask you about it when we phone you."
        )


def _as_kept(page: Page, draft: RequestDraft | None) -> PageForm:
    """The page's form with what is kept for it."""
    data = drafts.data_of(draft, page.name)
    return _form(page, draft, initial=data | {"draft": str(draft.key) if draft else ""})


def _form(page: Page, draft: RequestDraft | None, **kwargs: Any) -> PageForm:
    if page.form is NeedForm:
        return NeedForm(audience_words=pages.audience_words(draft), **kwargs)
    # the door is passed once: who comes back to the first page is not asked again whether they are a person
    is_inside = drafts.state_of(draft, page.name) == drafts.DONE
    return (page.fields if is_inside else page.form)(**kwargs)


def _draw(
    request: HttpRequest,
    page: Page,
    draft: RequestDraft | None,
    form: PageForm,
    *,
    status: int = 200,
    other_tab: bool = False,
) -> HttpResponse:
    earlier = pages.before(page)
    to_check = "check" in request.GET
    form.helper.form_tag = False
    context = {
        "page": page,
        "form": form,
        "other_tab": other_tab,
        "back": reverse("ask-training-check") if to_check else earlier and reverse(earlier.url_name),
        "back_words": "Back to your answers" if to_check else earlier and f"Back to “{earlier.title}”",
        "next_words": "Next: back to your answers." if to_check else page.next_words,
        "answer_within_days": choices.answer_within_days(),
        **_example(request, page, draft),
    }
    if isinstance(form, NeedForm):
        context |= _time(form)
    return render(request, f"asking/{page.name}.html", context, status=status)


def _example(request: HttpRequest, page: Page, draft: RequestDraft | None) -> dict[str, Any]:
    """The example day that the request asks for, where its choices are filled in or are about to be."""
    example = carrying.carried(draft) if page.name in carrying.FILLED else None
    if page.number == 1:
        example = question_in(request.GET)
    if example is None:
        return {}
    titles = seen.titles_of(example)
    return {
        "example": example,
        "example_title": seen.title_of(example),
        "example_musts": titles,
        "example_law": seen.law_of(example),
    }


def _time(form: NeedForm) -> dict[str, Any]:
    """What the panel beside page 3 says: the time of the chosen length, or of each where they are not sure."""
    chosen = str(form["length"].value() or UNSURE)
    takes_topics = form["cover"].value() == "choose"
    musts = form.ticked("musts") if takes_topics else []
    lengths = [seen for seen in choices.lengths() if chosen in (seen.slug, UNSURE)]
    core, topics = choices.core_topics(), choices.topics()
    budgets = [budget.count(seen, core=core, topics=topics, chosen=musts) for seen in lengths]
    return {"budgets": budgets, "said": " ".join(one.words for one in budgets)}


# ---- the last page


@require_http_methods(["GET", "HEAD", "POST"])
@counted_before_it_is_read
def check(request: HttpRequest) -> HttpResponse:
    """Show every answer with a way to change it; the press at the end sends the request."""
    draft = drafts.find(request)
    if request.method == "POST" and (sent := _sent_by(request, draft)) is not None:
        return _to_the_code(request, sent)
    if draft is None or draft.booking_id is not None:
        if request.method == "POST":
            messages.warning(request, EXPIRED)
        return redirect("ask-training")
    unfinished = pages.first_unfinished(draft)
    forms = {page.name: pages.checked(draft, page) for page in PAGES}
    unfinished = unfinished or next((page for page in PAGES if not forms[page.name].is_valid()), None)
    if unfinished is not None:
        messages.warning(request, LOOK_AGAIN)
        return redirect(f"{reverse(unfinished.url_name)}?check=1")
    if request.method == "POST":
        return _send(request, draft, forms)
    return _draw_check(request, draft, forms)


def _draw_check(
    request: HttpRequest,
    draft: RequestDraft,
    forms: dict[str, PageForm],
    *,
    form: SendForm | None = None,
    status: int = 200,
    changed: bool = False,
) -> HttpResponse:
    who, audience = forms["who"], forms["audience"]
    assert isinstance(who, WhoFields)
    assert isinstance(audience, AudienceForm)
    sections = [(page, page.say_back(forms[page.name])) for page in PAGES]
    context = {
        "form": form or SendForm(initial={"draft": str(draft.key), "version": draft.version}),
        "sections": sections,
        "changed": changed,
        "mailbox_hint": who.mailbox_hint(who.cleaned_data["email"]),
        "email": who.cleaned_data["email"],
        "answer_within_days": choices.answer_within_days(),
    }
    return render(request, "asking/check.html", context, status=status)


def _send(request: HttpRequest, draft: RequestDraft, forms: dict[str, PageForm]) -> HttpResponse:
    """Make the booking, mail the code and lead to the page that asks for it."""
    form = SendForm(request.POST)
    if not form.is_valid():
        return (
            one_moment(request) if form.is_held else _draw_check(request, draft, forms, form=form, status=422)
        )
    if form.cleaned_data["draft"] != str(draft.key):
        return _draw_check(request, draft, forms, status=409, changed=True)
    mailbox = forms["who"].cleaned_data["email"]
    if not may_go_on("ask-training", address=client_address(request), mailbox=mailbox):
        form.add_error(None, TOO_MANY)
        return _draw_check(request, draft, forms, form=form, status=422)
    try:
        with transaction.atomic():
            booking, contact = sending.send(draft, version=form.cleaned_data["version"] or 0, forms=forms)
            if contact is not None:
                return _begin_code(request, draft, contact)
    except sending.ChangedMeanwhile:
        return _draw_check(request, draft, forms, status=409, changed=True)
    except IntegrityError:
        if not _has_left_the_catalogue(draft):
            raise
        return redirect("ask-training-check")
    return _to_the_code(request, booking)


def _begin_code(request: HttpRequest, draft: RequestDraft, contact: Contact) -> HttpResponse:
    """Mail the code and keep the session in the same transaction, so that a second press finds both."""
    own_page = reverse("booking", args=[contact.booking.reference])
    address = begin_code(request, contact.user, next_url=own_page)
    # signing somebody else out may have emptied the session
    request.session[drafts.SESSION_KEY] = str(draft.key)
    _say_it_arrived(request, contact.booking, code_follows=address != own_page)
    request.session.save()
    return redirect(address)


def _has_left_the_catalogue(draft: RequestDraft) -> bool:
    """Read the catalogue afresh, and say whether something chosen is no longer there."""
    choices.forget()
    return not all(pages.checked(draft, page).is_valid() for page in PAGES)


def _to_the_code(request: HttpRequest, booking: Booking) -> HttpResponse:
    """A second press, or a page opened again: the request stands once, and the way on is the same."""
    address = reverse("booking", args=[booking.reference])
    is_theirs = request.user.is_authenticated and booking.contacts.filter(user=request.user).exists()
    _say_it_arrived(request, booking, code_follows=not is_theirs)
    return redirect(address if is_theirs else f"{reverse('account_confirm_login_code')}?next={address}")


def _say_it_arrived(request: HttpRequest, booking: Booking, *, code_follows: bool) -> None:
    """Say it once, however many presses are on their way."""
    waiting = messages.get_messages(request)
    is_said = any(booking.reference in str(message) for message in waiting)
    if isinstance(waiting, BaseStorage):
        waiting.used = False  # looked at, not shown
    if is_said:
        return
    assert booking.answer_due_on is not None
    words = (
        f"We have your request. Your reference is {booking.reference}. We answer by "
        f"{say_date(booking.answer_due_on)}, and ring you back on a number that we look up ourselves."
    )
    if code_follows:
        words += " Now enter the code, so that we know that the mailbox is yours."
    messages.success(request, words)


@require_POST
def start_again(request: HttpRequest) -> HttpResponse:
    """Throw away what was typed."""
    drafts.empty(request)
    messages.success(request, "Your answers are deleted.")
    return redirect("ask-training")
