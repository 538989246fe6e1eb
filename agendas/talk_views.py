"""The thread about a draft: what is said, what is settled, and the draft as the host reads it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.rights import sign_in_required
from agendas import services, snapshot
from agendas.access import Asker, SecondFactorNeeded, asker_of
from agendas.models import Agenda, AgendaItem
from agendas.private_words import without_private_titles
from agendas.reading import whole_of
from agendas.running import running_order
from agendas.services import CannotDo
from agendas.views import page_of_thread, second_factor_first, studio_page
from agendas.withheld import thread_for
from bookings.release import Tier
from courses import kept


def _reader(request: HttpRequest, reference: str) -> tuple[Asker, Agenda]:
    """A verified contact while the draft is shared, or one of ours with a second factor. Raises ``Http404`` otherwise."""
    asker = asker_of(request, reference)
    agenda = asker.agenda
    if asker.is_ours and not asker.second_factor:
        raise SecondFactorNeeded
    if agenda is None or asker.tier < Tier.T2 or not (asker.is_ours or agenda.shared_at):
        raise Http404
    return asker, agenda


@sign_in_required
@second_factor_first
@require_safe
def shared_draft(request: HttpRequest, reference: str) -> HttpResponse:
    """The draft as the host reads it: topics and times, no name, no place, and what was said for them."""
    asker, agenda = _reader(request, reference)
    return render(request, "agendas/shared.html", _draft(asker, agenda, thread=page_of_thread(request)))


def _draft(
    asker: Asker, agenda: Agenda, *, words: str = "", error: str = "", thread: int = 1
) -> dict[str, Any]:
    catalogue = kept.catalogue()
    facts, draft = whole_of(agenda, catalogue, thread=thread, for_host=True)
    items = without_private_titles(asker.booking, _without_notes(draft.items))
    order = running_order(agenda, items)
    return {
        "asker": asker,
        "booking": asker.booking,
        "agenda": agenda,
        "paper": snapshot.read(snapshot.draft_part(agenda, order, facts)),
        "thread": thread_for(asker, draft.thread),
        "words": words,
        "error": error,
    }


def _without_notes(items: list[AgendaItem]) -> list[AgendaItem]:
    return [item for item in items if item.kind != AgendaItem.Kind.NOTE]


@sign_in_required
@second_factor_first
@require_POST
def talk(request: HttpRequest, reference: str) -> HttpResponse:
    """Say something, settle a remark, share the draft or take it back. Words that are refused come back to be changed."""
    asker, agenda = _reader(request, reference)
    words = request.POST.get("words", "")
    try:
        _carry_out(request.POST.get("do", ""), asker, agenda, words, request.POST.get("audience", ""))
    except CannotDo as refusal:
        if asker.contact is not None:
            return render(
                request,
                "agendas/shared.html",
                _draft(asker, agenda, words=words, error=str(refusal)),
                status=422,
            )
        errors = [("comments", str(refusal))]
        return studio_page(request, asker, agenda, errors=errors, comment=words, status=422)
    if asker.contact is not None:
        return redirect("shared-draft", asker.booking.reference)
    return redirect(f"{reverse('studio', args=[asker.booking.reference])}#comments")


def _carry_out(do: str, asker: Asker, agenda: Agenda, words: str, audience: str) -> None:
    """Anybody in the thread speaks; editors settle and share. Raises ``Http404`` for what is not theirs to do."""
    if do == "say":
        services.say(
            agenda.pk,
            words=words,
            audience=audience,
            is_from_host=asker.contact is not None,
            actor=asker.user,
        )
        return
    if not asker.may_edit:
        raise Http404
    match do.split(":"):
        case ["settle" | "reopen" as how, key] if key.isdecimal() and len(key) < 12:
            services.settle(agenda.pk, comment_id=int(key), is_settled=how == "settle", actor=asker.user)
        case ["share"]:
            services.share(agenda.pk, actor=asker.user)
        case ["unshare"]:
            services.keep_to_ourselves(agenda.pk, actor=asker.user)
        case _:
            raise CannotDo("This button is not known.")
