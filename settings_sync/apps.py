from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SettingsSyncConfig(AppConfig):
    name = "settings_sync"
    verbose_name = _("Syncs")

    def ready(self) -> None:
        from settings_sync.declaring import checks  # noqa: F401

        autodiscover_modules("sync")

        from settings_sync.engine import fence
        from settings_sync.engine.applying.connections import refuse_unusable_login
        from settings_sync.services.administrations.backups import CARRIED
        from settings_sync.services.runs.starting import start_from_main
        from tenants.preparing import preparations

        preparations.shared.append(refuse_unusable_login)
        preparations.shared.append(fence.install_shared)
        preparations.each.append(fence.install)
        preparations.marks.append(fence.mark)
        preparations.mains.append(fence.close_to_syncs)
        preparations.turns.append(fence.turn)
        preparations.holds.append(fence.hold_syncs)
        preparations.carried.extend(CARRIED)
        preparations.created.append(start_from_main)
