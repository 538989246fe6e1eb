"""The studio, the page of an issue, and the papers. Nothing changes on GET, and nothing is drawn here: workers do that."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html_join
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.rights import second_factor_url, sign_in_required
from agendas import commands, parts, services, snapshot
from agendas.access import Asker, SecondFactorNeeded, asker_of, editor_of, reader_of
from agendas.beginning import beginning_of
from agendas.commands import Done, Press, chosen_template
from agendas.comparing import side_by_side
from agendas.mail import file_name
from agendas.models import Agenda, Document, Issue
from agendas.posted import Posted, read
from agendas.services import CannotDo, CannotIssue, Draft, StaleAgenda
from agendas.studio import is_worker_silent, studio_after, studio_of
from agendas.withheld import lines_for
from bookings.effects import Audience, Busy, Effects, preview, recording
from bookings.models import DeskSettings
from bookings.release import Tier, log_read, name_of_actor
from bookings.states import AGREED_BOOKINGS

ORDER = (*services.FOR_THE_HOST, Document.Kind.RUN_SHEET)
"""How the papers of an issue stand in a list."""
BODIES = {kind: "agenda" if kind == Document.Kind.DRAFT else str(kind) for kind in Document.Kind}
BEGINNINGS: dict[str, Callable[..., Draft] | None] = {
    "open": None,
    "open-composed": services.ask_to_compose,
    "open-last": services.start_from_last,
    "open-template": None,
}
"""The buttons of a page that has no agenda yet, and what each does with the two core topics."""
LEADS_AWAY = ("issue", "preview", "search")
"""Buttons that save and then show another page: pressed twice they do the same once more, and harm nothing."""
View = Callable[..., HttpResponseBase]


def second_factor_first(view: View) -> View:
    """Send somebody who may come in, but has not shown a second factor, to the page that says how."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except SecondFactorNeeded:
            return redirect(second_factor_url(request))

    return guarded


# ---- the studio


@sign_in_required
@second_factor_first
@require_safe
def studio(request: HttpRequest, reference: str) -> HttpResponse:
    """The agenda in the making: for the lead trainer and the desk to change, for the other speakers to read."""
    asker = reader_of(request, reference)
    agenda = asker.agenda
    if agenda is None:
        return render(request, "agendas/empty.html", _empty(request, asker))
    search, thread = request.GET.get("q", "")[:80], page_of_thread(request)
    return studio_page(request, asker, agenda, search=search, thread=thread)


def page_of_thread(request: HttpRequest) -> int:
    """Which page of what was said: 1 holds the newest."""
    asked = request.GET.get("said", "")
    return max(int(asked), 1) if asked.isascii() and asked.isdecimal() and len(asked) < 5 else 1


def _empty(request: HttpRequest, asker: Asker) -> dict[str, Any]:
    return {
        "asker": asker,
        "booking": asker.booking,
        "needs_factor": asker.is_lead and not asker.second_factor,
        "factor_address": second_factor_url(request),
        "page": beginning_of(request, asker),
    }


def studio_page(
    request: HttpRequest,
    asker: Asker,
    agenda: Agenda,
    *,
    search: str = "",
    posted: Posted | None = None,
    errors: list[tuple[str, str]] | None = None,
    comment: str = "",
    thread: int = 1,
    status: int = 200,
) -> HttpResponse:
    page = studio_of(asker, agenda, search=search, posted=posted, errors=errors or [], thread=thread)
    is_silent = is_worker_silent(page.papers, is_composing=page.is_composing)
    context = {
        "page": page,
        "parts": parts.sections(page, is_silent=is_silent),
        "lines": parts.lines(page) if asker.may_edit else "",
        "cards": parts.cards(page) if asker.may_edit else "",
        "asker": asker,
        "booking": asker.booking,
        "agenda": agenda,
        "needs_factor": asker.is_lead and not asker.second_factor,
        "factor_address": second_factor_url(request),
        "is_silent": is_silent,
        "kept_comment": comment,
    }
    return render(request, "agendas/studio.html", context, status=status)


@sign_in_required
@second_factor_first
@require_POST
def change(request: HttpRequest, reference: str) -> HttpResponse:
    """Save the day and carry out the button. Nothing typed is lost: a mistake or a newer draft shows the page with it."""
    asker = editor_of(request, reference)
    do = _meant(request)[:120]
    agenda = asker.agenda
    if agenda is None or do in BEGINNINGS:
        return _begin(request, asker, do)
    posted = read(request.POST)
    if not asker.shows_detail:  # the page did not show them
        posted = replace(posted, quiet_room=None, support_contact=None)
    if posted.mistakes:
        return studio_page(
            request, asker, agenda, posted=posted, errors=list(posted.mistakes.items()), status=422
        )
    try:
        return _carry_out(request, asker, agenda, posted, do)
    except StaleAgenda:
        return _stale(request, asker, posted, do)
    except (CannotDo, Busy) as refusal:
        return studio_page(request, asker, agenda, posted=posted, errors=[("day", str(refusal))], status=422)
    except CannotIssue as refusal:
        errors = [("checks", reason) for reason in refusal.reasons]
        return studio_page(request, asker, agenda, posted=posted, errors=errors, status=422)


def _meant(request: HttpRequest) -> str:
    """The button that was pressed. Enter in a field presses the form's first one, "Save": the field's own is meant then.

    The script says which button it presses, and so does the page where two drafts met.
    """
    post = request.POST
    do = post.get("do", "save")
    if do != "save" or "X-Studio" in request.headers or "keep" in post:
        return do
    reasons = (name for name in post if name.startswith("why-") and (post.get(name) or "").strip())
    if reason := next(reasons, ""):
        return f"aside:{reason.removeprefix('why-')}"
    if (post.get("template-name") or "").strip():
        return "save-template"
    return "search" if (post.get("q") or "").strip() else do


def _begin(request: HttpRequest, asker: Asker, do: str) -> HttpResponse:
    """Begin the agenda as the button says. One that stands already is shown, as whoever began it left it."""
    try:
        then = BEGINNINGS.get(do)
        if do == "open-template":
            then = partial(services.start_from_template, template_id=chosen_template(request.POST))
        services.begin_agenda(asker.booking, then=then, actor=asker.user)
    except CannotDo as refusal:
        messages.error(request, str(refusal))
    return redirect("studio", asker.booking.reference)


def _carry_out(request: HttpRequest, asker: Asker, agenda: Agenda, posted: Posted, do: str) -> HttpResponse:
    """Do what was pressed, once. A page that never heard of its own last save meets no other draft but that.

    The same press again is answered as saved; what was typed since then is a change of the draft as it was saved.
    """
    try:
        return _press(request, asker, agenda, posted, do)
    except StaleAgenda as stale:
        saved = stale.agenda
        if not saved.was_saved_by(asker.user, page=posted.sent.page):
            raise
        if saved.saved_press == posted.sent.press and do not in LEADS_AWAY:
            return _answer(request, asker, agenda, Done("day", ""))
        return _press(request, asker, agenda, replace(posted, version=saved.version), do)


def _press(request: HttpRequest, asker: Asker, agenda: Agenda, posted: Posted, do: str) -> HttpResponse:
    typed, reference = posted.typed(), asker.booking.reference
    press = Press(
        agenda=agenda,
        version=posted.version,
        actor=asker.user,
        typed=typed,
        post=request.POST,
        sent=posted.sent,
    )
    if do == "issue":
        preview(
            lambda: services.issue_agenda(agenda.pk, **press.common), asker.booking
        )  # refused before it is saved
        services.save(agenda.pk, **press.common)
        return redirect("studio-issue-ahead", reference)
    if do == "preview":
        services.save(agenda.pk, **press.common)
        document = services.preview(agenda.pk, actor=asker.user)
        return redirect("studio-paper", reference, document.pk)
    if do == "search":
        services.save(agenda.pk, **press.common)
        query = request.POST.get("q", "")[:80]
        return redirect(f"{reverse('studio', args=[reference], query={'q': query})}#catalogue")
    return _answer(request, asker, agenda, commands.carry_out(do, press))


def _answer(request: HttpRequest, asker: Asker, agenda: Agenda, done: Done) -> HttpResponse:
    if "have" in request.POST:
        return _changed(request, asker, agenda, done, parts.marks_in(request.POST["have"]))
    return _back(request, asker.booking.reference, done)


def _changed(
    request: HttpRequest, asker: Asker, agenda: Agenda, done: Done, have: dict[str, str]
) -> HttpResponse:
    """What the change altered on the page that sent it, whose parts and their marks are ``have``."""
    if done.draft is not None:
        page = studio_after(asker, done.draft)
    else:
        agenda = Agenda.objects.select_related("composition").get(pk=agenda.pk)
        page = studio_of(asker, agenda)
    is_silent = is_worker_silent(page.papers, is_composing=page.is_composing)
    words = parts.answer(page, have, is_silent=is_silent, anchor=done.anchor, words=done.words)
    return _packed(request, words)


def _packed(request: HttpRequest, words: str) -> HttpResponse:
    """Packed for the wire where the browser takes it: nothing of a stranger's stands beside a secret in this answer."""
    response = HttpResponse(words)
    patch_vary_headers(response, ("Accept-Encoding",))
    if "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", ""):
        response.content = gzip.compress(response.content, compresslevel=1, mtime=0)
        response["Content-Encoding"] = "gzip"
    return response


def _back(request: HttpRequest, reference: str, done: Done) -> HttpResponse:
    if done.words:
        messages.success(request, done.words, extra_tags=done.anchor)
    return redirect(f"{reverse('studio', args=[reference])}#{done.anchor}")


# ---- two drafts met


def _stale(request: HttpRequest, asker: Asker, posted: Posted, do: str) -> HttpResponse:
    """Show what this person has and what somebody else saved, side by side; neither is thrown away."""
    agenda = Agenda.objects.select_related("updated_by").get(booking=asker.booking)
    agenda.booking = asker.booking
    saved = lines_for(asker, list(agenda.items.select_related("topic").order_by("position"))).items
    if not asker.shows_detail:
        agenda.quiet_room = agenda.support_contact = ""  # not saved: only shown
    mine, theirs = side_by_side(agenda, posted, saved)
    context = {
        "asker": asker,
        "booking": asker.booking,
        "who": name_of_actor(str(agenda.updated_by), asker.tier) if agenda.updated_by else "Someone",
        "is_own": agenda.updated_by == asker.user,
        "their_number": agenda.version,
        "their_version": agenda.version,
        "mine": mine,
        "theirs": theirs,
        "action": reverse("studio-change", args=[asker.booking.reference]),
        "theirs_address": reverse("studio", args=[asker.booking.reference]),
        "kept": _hidden(request, do),
    }
    return render(request, "agendas/stale.html", context, status=409)


NOT_REPEATED = (*LEADS_AWAY, "undo", "redo")
"""What "Keep mine" does not press again: what leads away, and what would take back the very draft that is kept."""


def _hidden(request: HttpRequest, do: str) -> str:
    """Everything that was sent, as hidden fields, so that "Keep mine" sends it again and presses the same button."""
    left_out = {"csrfmiddlewaretoken", "version", "keep", "do", "have"}
    fields = [
        (name, value) for name, values in request.POST.lists() if name not in left_out for value in values
    ]
    return format_html_join(
        "",
        '<input type="hidden" name="{}" value="{}">',
        [*fields, ("do", "save" if do in NOT_REPEATED else do)],
    )


# ---- papers


def _document_for(asker: Asker, document_id: int) -> Document:
    """A paper that this person may have, without its content; one with names or place is noted as read.

    Raises ``Http404`` above their tier and for somebody else's copy, as for one that is not there.
    """
    document = (
        Document.objects.filter(pk=document_id, agenda__booking=asker.booking)
        .select_related("issue", "agenda")
        .defer("content", "issue__snapshot")
        .first()
    )
    if document is None or not _is_for(asker, document):
        raise Http404
    if asker.is_desk and not asker.second_factor:
        raise SecondFactorNeeded
    if asker.tier < document.tier:
        if asker.is_ours and not asker.second_factor:
            raise SecondFactorNeeded
        raise Http404
    if document.tier >= Tier.T3:
        log_read(asker.booking, asker.user, page="paper")
    return document


def _is_for(asker: Asker, document: Document) -> bool:
    """The host's papers are for everybody of their tier, drafts for us, a run sheet for whom it names and for the desk."""
    if document.kind in services.FOR_THE_HOST:
        return True
    if document.kind != Document.Kind.RUN_SHEET or asker.is_desk:
        return asker.is_ours
    return asker.engagement is not None and asker.engagement.speaker_id == document.recipient_id


@sign_in_required
@second_factor_first
@require_safe
def paper(request: HttpRequest, reference: str, document_id: int) -> HttpResponse:
    """A paper as a page: the same that the PDF says, how far that has come, and the way to it once it is there."""
    asker = asker_of(request, reference)
    document = _document_for(asker, document_id)
    return render(
        request,
        "agendas/paper.html",
        {
            "document": document,
            "issue": document.issue,
            "newer": services.latest_issue(document.agenda)
            if document.issue and document.issue.is_withdrawn
            else None,
            "paper": snapshot.read(document.content),
            "body": f"agendas/paper/{BODIES[Document.Kind(document.kind)]}_body.html",
            "booking": asker.booking,
            "asker": asker,
            "waits": document.is_under_way,
            "is_silent": is_worker_silent([document]),
        },
    )


@sign_in_required
@second_factor_first
@require_safe
@cache_control(private=True, no_store=True)
def paper_file(request: HttpRequest, reference: str, document_id: int) -> FileResponse:
    """Stream the stored file, byte for byte as the worker made it; its name is the reference and the kind of paper."""
    asker = asker_of(request, reference)
    document = _document_for(asker, document_id)
    if not document.is_ready:
        raise Http404
    try:
        stored = document.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(stored, filename=file_name(asker.booking, document), content_type="application/pdf")


# ---- issues


@sign_in_required
@second_factor_first
@require_safe
def issue(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """An issued agenda as a page: the same as the PDF, for verified contacts and the speakers.

    Names at T3 only, and those of today: who stepped in after the issue stands in the lines of whoever left.
    """
    asker = asker_of(request, reference)
    found = _issue_for(asker, number)
    content: dict[str, Any] = {**services.content_of(found), "detail": None}
    if asker.tier >= Tier.T3:
        log_read(asker.booking, asker.user, page="agenda issue")
        content["detail"] = services.current_detail(found, settings=DeskSettings.kept())
    documents = _papers_of(found, asker)
    may_act = asker.may_edit and not found.is_withdrawn and asker.booking.status in AGREED_BOOKINGS
    return render(
        request,
        "agendas/issue.html",
        {
            "issue": found,
            "newer": services.latest_issue(found.agenda) if found.is_withdrawn else None,
            "paper": snapshot.read(content),
            "issued_by": str(found.issued_by) if asker.is_ours and asker.shows_detail else "",
            "documents": documents,
            "asker": asker,
            "booking": asker.booking,
            "waits": any(document.is_under_way for document in documents),
            "is_silent": is_worker_silent(documents),
            "may_act": may_act,
            "out_of_date": services.differs_from_papers(found, content["detail"])
            if may_act and content["detail"]
            else [],
        },
    )


def _issue_for(asker: Asker, number: int) -> Issue:
    """An issue that this person may read. Raises ``Http404`` below T2, or ``SecondFactorNeeded`` for the desk."""
    if asker.is_desk and not asker.second_factor:
        raise SecondFactorNeeded
    if asker.tier < Tier.T2:
        raise Http404
    issues = Issue.objects.select_related("agenda__format", "issued_by")
    found = get_object_or_404(issues, agenda__booking=asker.booking, number=number)
    found.agenda.booking = asker.booking
    return found


def _papers_of(found: Issue, asker: Asker) -> list[Document]:
    """The newest paper of each kind, language and recipient that this person may have, at the highest tier they reach."""
    newest: dict[tuple[str, str, int | None], Document] = {}
    papers = Document.objects.filter(issue=found).select_related("recipient").defer("content")
    for document in papers.order_by("-tier", "-pk"):
        if document.tier <= asker.tier and _is_for(asker, document):
            newest.setdefault((document.kind, document.language, document.recipient_id), document)
    return sorted(
        newest.values(),
        key=lambda one: (ORDER.index(one.kind), one.language != "en", str(one.recipient or "")),
    )


@sign_in_required
@second_factor_first
@require_http_methods(["GET", "HEAD", "POST"])
def issue_ahead(request: HttpRequest, reference: str) -> HttpResponse:
    """Say what issuing the draft does and who is told, by the act itself, run and taken back; then do exactly that.

    Where the draft or what it would do is no longer as it was shown, the page comes again.
    """
    asker = editor_of(request, reference)
    agenda, booking = asker.agenda, asker.booking
    if agenda is None:
        return redirect("studio", reference)

    def act() -> Issue:
        return services.issue_agenda(agenda.pk, version=agenda.version, actor=asker.user)

    try:
        effects = preview(act, booking)
        shown = f"{agenda.version}.{effects.fingerprint}"
        if request.POST.get("shown") == shown and not effects.changes_nothing:
            issued, effects = recording(act, booking)
            messages.success(request, " ".join(_said(asker, effects, done=True)))
            return redirect("studio-issue", reference, issued.number)
    except StaleAgenda:
        return redirect("studio-issue-ahead", reference)
    except (CannotDo, CannotIssue, Busy) as refusal:
        messages.error(request, str(refusal))
        return redirect("studio", reference)
    number = effects.after[0].beyond["issue"]
    if effects.changes_nothing:
        messages.info(request, f"Agenda {number} is issued already, and nothing has changed since.")
        return redirect("studio-issue", reference, number)
    if asker.shows_detail:
        log_read(booking, asker.user, page="issue agenda")
    context = {
        "asker": asker,
        "booking": booking,
        "number": number,
        "effects": _said(asker, effects),
        "shown": shown,
        "is_again": "shown" in request.POST,
    }
    return render(request, "agendas/issue_ahead.html", context)


@sign_in_required
@second_factor_first
@require_safe
def issue_withdraw(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Ask before an issue is withdrawn, and say what that does and who is told: by the act itself, run and taken back."""
    asker = editor_of(request, reference)
    found = _issue_for(asker, number)
    try:
        effects = preview(lambda: services.withdraw_issue(found.pk, actor=asker.user), asker.booking)
    except (CannotDo, Busy) as refusal:
        messages.error(request, str(refusal))
        return redirect("studio-issue", reference, number)
    if found.is_withdrawn:
        return redirect("studio-issue", reference, number)
    if asker.shows_detail:
        log_read(asker.booking, asker.user, page="withdraw agenda")
    context = {
        "asker": asker,
        "booking": asker.booking,
        "issue": found,
        "effects": _said(asker, effects),
    }
    return render(request, "agendas/withdraw.html", context)


def _said(asker: Asker, effects: Effects, *, done: bool = False) -> list[str]:
    """What an act does or did. Names of whom a mail goes to are for those who may know who comes."""
    if asker.shows_detail:
        return effects.sentences_for(Audience.DESK, done=done)
    mails = effects.sentences_for(Audience.SPEAKER, email=asker.user.email, done=done)
    return [*services.say_without_names(effects, done=done), *mails]


def _withdraw(request: HttpRequest, asker: Asker, found: Issue) -> None:
    try:
        _, effects = recording(
            lambda: services.withdraw_issue(found.pk, actor=asker.user),
            asker.booking,
        )
    except CannotDo as refusal:
        messages.error(request, str(refusal))
        return
    messages.success(request, " ".join(_said(asker, effects, done=True)))


@sign_in_required
@second_factor_first
@require_POST
def issue_act(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Withdraw an issue, make its run sheet again, or try a paper again that could not be made."""
    asker = editor_of(request, reference)
    found = _issue_for(asker, number)
    match request.POST.get("do", "").split(":"):
        case ["withdraw"]:
            _withdraw(request, asker, found)
        case ["run-sheet"]:
            made, effects = recording(
                lambda: services.renew_papers(found.pk, actor=asker.user), asker.booking
            )
            words = " ".join(_said(asker, effects, done=True)) if made else "The papers are up to date."
            messages.success(request, words)
        case ["again", document_id] if document_id.isdecimal():
            document = get_object_or_404(found.documents, pk=int(document_id))
            if services.try_again(document.pk):
                messages.success(request, "It is tried again.")
    return redirect("studio-issue", reference, number)
