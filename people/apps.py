from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeopleConfig(AppConfig):
    name = "people"
    verbose_name = _("Users of administrations")

    def ready(self) -> None:
        from . import mails
        from .services import telling

        mails.register_mails()
        telling.register_kinds()
