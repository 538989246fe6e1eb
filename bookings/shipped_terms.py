"""The terms as we ship them. The desk edits them under “Desk settings”; nothing but the model's defaults reads these."""

HELP = "A blank line starts a paragraph, “- ” an item of a list."
BINDING = (
    "Asking for training holds no date and commits you to nothing. When you accept a date, we stop offering you others "
    "and ask each of our trainers to confirm.\n\n"
    "Your booking is confirmed, and these terms apply, once all our trainers have accepted. We email you as soon as "
    "they have. Please do not invite people before that."
)
CONTRIBUTION = (
    "We ask for a contribution to the work of the partners who give the training. We tell you the amount when we phone "
    "you, before we offer a date.\n\n"
    "If your organisation needs a purchase order before it can pay, send us the number at any time before the training. "
    "If cost stands in the way, tell us. Neighbouring agencies can share a session."
)
TRAVEL = (
    "You pay our trainers’ travel. Where the journey is too long for one day, you also pay for a night’s stay for those "
    "who need one. We agree this with you before we book anything."
)
CANCELLING = (
    "You can cancel, or ask for another date, at any time. Please tell us as soon as you know.\n\n"
    "If you cancel after your booking is confirmed, we ask you to pay only for travel or rooms that we have already paid "
    "for and cannot get back. If we have to cancel, you pay nothing."
)
HOST = (
    "- A room with a screen, sound, and space to sit in groups.\n"
    "- One person to plan the training with, and someone to meet us on the day.\n"
    "- A quiet room close by, where anyone can take time to pause.\n"
    "- A support contact: someone attendees can talk to on the day and afterwards, such as your welfare or occupational "
    "health service.\n"
    "- Parking for our trainers, and how to get in: reception, and vetting or an escort if your building needs it.\n"
    "- For an online session, the link to join.\n"
    "- Someone to speak about your local procedures, if you choose that topic.\n"
    "- Refreshments, if you want them."
)
