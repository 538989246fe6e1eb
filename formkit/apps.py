from django.apps import AppConfig


class FormkitConfig(AppConfig):
    name = "formkit"
    verbose_name = "Forms"
