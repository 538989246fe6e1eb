from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        # models are not loaded before ready()
        from accounts.services import after_move
        from accounts.signin import after_code
        from bookings import mail
        from bookings.services import confirm_mailboxes_of, move_mailboxes_of

        mail.register_kinds()
        after_code(confirm_mailboxes_of)
        after_move(move_mailboxes_of)
