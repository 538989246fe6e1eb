"""From an example day into the request form: its choices are filled in on pages 2 and 3, and can be changed there."""

from bookings.models import AudienceShare, Booking
from places.nations import Nation
from trainingportal.asking import drafts
from trainingportal.asking.forms import AudienceForm
from trainingportal.example import seen
from trainingportal.example.question import Question
from trainingportal.models import RequestDraft

PAGE = "example"
FILLED = ("audience", "need")
LAW = "We work under the law of {nation}."


def fill(draft: RequestDraft, question: Question) -> RequestDraft:
    """Put a day's choices into a draft beside what else was typed, once: whoever changes them afterwards keeps the change."""
    if carried(draft) == question:
        return draft
    draft = drafts.save_page(draft, page=PAGE, state=drafts.DONE, data=question.as_data())
    audience = drafts.data_of(draft, "audience")
    audience |= {
        "audiences": [question.audience],
        AudienceForm.share_name(question.audience): AudienceShare.Share.ALL.value,
    }
    draft = drafts.save_page(draft, page="audience", state=drafts.KEPT, data=audience)
    need = drafts.data_of(draft, "need")
    need |= {
        "length": question.length,
        "cover": (Booking.Cover.CHOOSE if question.musts else Booking.Cover.SUGGEST).value,
        "musts": list(question.musts),
        "leave_outs": [slug for slug in need.get("leave_outs") or [] if slug not in question.musts],
        "anything_else": _with_law(str(need.get("anything_else") or ""), question),
    }
    return drafts.save_page(draft, page="need", state=drafts.KEPT, data=need)


def carried(draft: RequestDraft | None) -> Question | None:
    """The day that a draft began with; ``None`` where it began with none."""
    data = drafts.data_of(draft, PAGE)
    return Question.from_data(data) if data else None


def _with_law(words: str, question: Question) -> str:
    """The form asks for no nation: it follows from the force or the place. So it is said in words, and said once."""
    said = [LAW.format(nation=nation.label) for nation in Nation]
    kept = [line for line in words.splitlines() if line.strip() not in said]
    return "\n".join([*kept, LAW.format(nation=seen.law_of(question))])
