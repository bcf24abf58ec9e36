"""The trail, to search and read; nobody changes it."""

from django.contrib import admin

from accounts.admin import SupportAdmin

from .models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(SupportAdmin):
    """Who did what, on whose behalf and why."""

    list_display = ("at", "action", "actor_name", "on_behalf_of", "administration_name", "note")
    list_filter = ("action", "at")
    search_fields = (
        "actor_name", "on_behalf_of", "administration_name", "note", "action", "=data__run", "=data__target",
        "=data__message", "=data__user", "=data__uid",
    )  # fmt: skip
    date_hierarchy = "at"
    show_full_result_count = False
    fields = ("at", "action", "actor_name", "on_behalf_of", "administration_name", "administration_id", "note", "data")
