from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = _("Administrations")

    def ready(self) -> None:
        from django.conf import settings
        from django.db.models.signals import post_migrate
        from django.utils.module_loading import autodiscover_modules

        from . import constraints, failpoints, leases
        from .roles import complete_built_in_roles

        constraints.speak_in_forms()
        leases.refuse_bad_times()
        failpoints.refuse_in_production(debug=settings.DEBUG, demo=settings.DEMO)
        # Rights, what pages lead to, and what can be found are told by each app in modules of these names.
        autodiscover_modules("rights", "sections", "searches")
        post_migrate.connect(complete_built_in_roles, sender=self)
