"""What people who attend wrote to us in private: read, answered and settled here, and shown nowhere else."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from agendas import services
from agendas.models import AttendeeMessage
from bookings.effects import recording
from formkit.forms import PortalForm
from formkit.keys import key_in
from trainingportal.desk.access import actor_of, for_coordinators
from trainingportal.desk.forms import area
from trainingportal.desk.pages import page


class PrivateAnswerForm(PortalForm):
    """Our answer to what an attendee wrote."""

    submit_words = ""
    mark_optional = False

    answer = area(
        "Our answer",
        hint="Goes as you write it to a mailbox that nobody has checked. "
        "No date, venue, organisation or name, please, and nothing of what they wrote.",
        rows=6,
    )

    answer.error_messages["required"] = "Write the answer."


@dataclass(frozen=True)
class Waiting:
    """A message with the form that answers it, for one that left an address."""

    message: AttendeeMessage
    form: PrivateAnswerForm | None

    @property
    def is_open(self) -> bool:
        """Whether the form stands open: something in it is to be put right."""
        return self.form is not None and self.form.is_bound


@for_coordinators
@require_http_methods(["GET", "HEAD", "POST"])
def private_messages(request: HttpRequest) -> HttpResponse:
    """What waits, and what was seen to; a POST settles a message that needs no answer."""
    if request.method == "POST":
        message_id = key_in(request.POST.get("message", ""))
        if message_id is not None and services.settle_message(message_id, actor=actor_of(request)):
            messages.success(request, "Seen to. It is deleted 30 days after the training.")
        return redirect("desk:private-messages")
    return _draw(request)


@for_coordinators
@require_POST
def answer_private_message(request: HttpRequest, message_id: int) -> HttpResponse:
    """Mail an answer to the address that somebody left. Words that cannot go are shown again."""
    form = _form(message_id, request.POST)
    if not form.is_valid():
        return _draw(request, bound={message_id: form}, status=422)
    answer = form.cleaned_data["answer"]
    try:
        _, effects = recording(
            lambda: services.answer_message(message_id, answer=answer, actor=actor_of(request))
        )
    except services.AnsweredAlready as already:
        if already.message.answer == answer:
            return redirect("desk:private-messages")
        return _draw(
            request, refused="Somebody has answered this message already.", unsent=answer, status=409
        )
    except services.CannotAnswer as refusal:
        return _draw(request, refused=str(refusal), unsent=answer, status=422)
    messages.success(request, f"Answer saved. {effects.done_words}")
    return redirect("desk:private-messages")


def _form(message_id: int, data: object = None) -> PrivateAnswerForm:
    """Each form has names of its own, so that labels and errors of several on a page lead to the right one."""
    return PrivateAnswerForm(data, prefix=f"to-{message_id}")


def _draw(
    request: HttpRequest,
    *,
    bound: dict[int, PrivateAnswerForm] | None = None,
    refused: str = "",
    unsent: str = "",
    status: int = 200,
) -> HttpResponse:
    found, settled = services.open_messages(), services.settled_messages()
    shown = found[: services.ON_A_PAGE]

    def with_form(message: AttendeeMessage) -> Waiting:
        may_answer = bool(message.email) and not message.answer
        return Waiting(message, (bound or {}).get(message.pk) or (_form(message.pk) if may_answer else None))

    return page(
        request,
        "private_messages",
        "Private messages",
        status=status,
        waiting=[with_form(message) for message in shown],
        settled=[with_form(message) for message in settled],
        has_more=len(found) > len(shown),
        wrong=next(iter((bound or {}).values()), None),
        refused=refused,
        unsent=unsent,
    )
