"""A speaker writes to the desk: it waits there, by email and on the desk's pages, until somebody has dealt with it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.devices import signed_in_or_remembered
from accounts.models import User
from bookings import services
from bookings.models import Engagement
from places.clock import say_date
from speakers.models import Speaker
from trainingportal.speaking.forms import WordForm
from trainingportal.speaking.views import speaker_of

MOST = 30


@signed_in_or_remembered
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """One form; ``?about=`` names the session it was opened from."""
    speaker = speaker_of(request)
    assert isinstance(request.user, User)
    sessions = _sessions(speaker)
    form = WordForm(request.POST or None, sessions=sessions, initial={"about": request.GET.get("about", "")})
    if request.method == "POST" and form.is_valid():
        services.write_to_desk(
            speaker, text=form.cleaned_data["text"], reference=form.cleaned_data["about"], actor=request.user
        )
        messages.success(request, "Message sent to the training desk.")
        return redirect("speaking")
    return render(request, "speaking/write.html", {"form": form})


def _sessions(speaker: Speaker) -> list[tuple[str, str]]:
    """Their newest sessions and invitations, each once: reference and day."""
    rows = (
        Engagement.objects.filter(speaker=speaker)
        .order_by("-offer__starts_at")
        .values_list("offer__booking__reference", "offer__starts_at")[:MOST]
    )
    found: dict[str, str] = {}
    for reference, starts_at in rows:
        found.setdefault(reference, f"{reference}, {say_date(starts_at)}")
    return list(found.items())
