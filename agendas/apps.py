from django.apps import AppConfig


class AgendasConfig(AppConfig):
    name = "agendas"

    def ready(self) -> None:
        from agendas import mail
        from agendas.services import effects, following
        from bookings.effects import also_read
        from bookings.following import after_language_wish, after_postponing, after_team_change

        mail.register_kinds()
        after_postponing(following.day_put_off)
        after_team_change(following.team_changed)
        after_language_wish(following.language_wished)
        also_read(effects.read, effects.say)
