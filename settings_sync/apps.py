from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SettingsSyncConfig(AppConfig):
    name = "settings_sync"
    verbose_name = _("Syncs")

    def ready(self) -> None:
        from . import checks  # noqa: F401

        autodiscover_modules("sync")

        from tenants.preparing import preparations

        from . import fencing
        from .applying.connections import refuse_unusable_login
        from .services.backups import CARRIED
        from .services.starting import start_from_main

        preparations.shared.append(refuse_unusable_login)
        preparations.shared.append(fencing.install_shared)
        preparations.each.append(fencing.install)
        preparations.marks.append(fencing.mark)
        preparations.mains.append(fencing.close_to_syncs)
        preparations.turns.append(fencing.turn)
        preparations.holds.append(fencing.hold_syncs)
        preparations.carried.extend(CARRIED)
        preparations.created.append(start_from_main)
