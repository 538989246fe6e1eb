from django.apps import AppConfig


class BookingsConfig(AppConfig):
    name = "bookings"

    def ready(self) -> None:
        # models are not loaded before ready()
        from accounts.signin import after_code
        from bookings import mail
        from bookings.services import confirm_mailboxes_of

        mail.register_kinds()
        after_code(confirm_mailboxes_of)
