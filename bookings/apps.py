from django.apps import AppConfig

from outbox.rendering import sign_with


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        # models are not loaded before ready()
        from accounts.services import after_leaving_the_desk, after_move
        from accounts.signin import after_code
        from bookings import mail
        from bookings.models import DeskSettings
        from bookings.services import confirm_mailboxes_of, hand_back_bookings_of, move_mailboxes_of

        mail.register_kinds()
        sign_with(DeskSettings.kept)
        after_code(confirm_mailboxes_of)
        after_move(move_mailboxes_of)
        after_leaving_the_desk(hand_back_bookings_of)
