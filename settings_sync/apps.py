from typing import Any

from django.apps import AppConfig
from django.db.models.signals import pre_migrate
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class SettingsSyncConfig(AppConfig):
    name = "settings_sync"
    verbose_name = _("Syncs")

    def ready(self) -> None:
        from settings_sync.declaring import checks  # noqa: F401

        autodiscover_modules("sync")

        from settings_sync.schema_hooks import SyncSchemaHooks
        from tenants.schema_hooks import schema_hooks

        schema_hooks.register(SyncSchemaHooks())

        from settings_sync.services.edits.keeping import keep_edited
        from settings_sync.services.edits.locks import refuse_locked_edit, refuse_locked_removal
        from settings_sync.services.inbox.rounds import find_deviations
        from settings_sync.services.notices.kinds import register_kinds
        from settings_sync.services.targets.reaping import also_each_round
        from settings_sync.services.trends.noting import note_figures
        from settings_sync.views.drafting import through_draft
        from sync_ledger.edits import after_edits, before_removals
        from tenants.entering import page_ways

        page_ways.append(through_draft)
        # Before it is kept: by what was kept last it is told what this edit has changed.
        after_edits.extend((refuse_locked_edit, keep_edited))
        before_removals.append(refuse_locked_removal)
        register_kinds()
        also_each_round(find_deviations, note_figures)
        pre_migrate.connect(refuse_before_migrating, sender=self)


def refuse_before_migrating(**_more: Any) -> None:
    """Refuse before anything is changed, whichever command migrates; once, and not for each administration."""
    from settings_sync.services.doctor.starting import refuse_unfit_database
    from tenants.schemas import current_schema_name

    if current_schema_name() == "public":
        refuse_unfit_database()
