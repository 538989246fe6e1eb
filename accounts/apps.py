from django.apps import AppConfig

from accounts import kinds


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People and sign-in"

    def ready(self) -> None:
        kinds.register()
