from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = _("Administrations")

    def ready(self) -> None:
        from django.conf import settings

        from . import constraints, failpoints, leases, sections

        constraints.speak_in_forms()
        leases.refuse_bad_times()
        failpoints.refuse_in_production(debug=settings.DEBUG, demo=settings.DEMO)
        sections.register(*sections.SECTIONS)
