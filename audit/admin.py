"""The trail, to search and read; nobody changes it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import SupportAdmin

from .models import AuditEntry
from .words import SENTENCES, in_words


class WhatFilter(admin.SimpleListFilter):
    """By what happened, in words."""

    title = _("what")
    parameter_name = "action"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return sorted(((action, str(words)) for action, words in SENTENCES.items()), key=lambda one: one[1])

    def queryset(self, request: HttpRequest, queryset: "QuerySet[AuditEntry]") -> "QuerySet[AuditEntry]":
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(AuditEntry)
class AuditEntryAdmin(SupportAdmin):
    """Who did what, on whose behalf and why."""

    list_display = ("at", "what", "actor_name", "on_behalf_of", "administration_name", "note")
    list_filter = (WhatFilter, "at")
    search_fields = (
        "actor_name", "on_behalf_of", "administration_name", "note", "action", "=data__run", "=data__target",
        "=data__message", "=data__user", "=data__uid",
    )  # fmt: skip
    date_hierarchy = "at"
    show_full_result_count = False
    fields = (
        *("at", "what", "action", "actor_name", "on_behalf_of", "administration_name", "administration_id", "note"),
        "data",
    )
    readonly_fields = ("what",)

    @admin.display(description=_("what"), ordering="action")
    def what(self, entry: AuditEntry) -> str:
        """What happened, as a short sentence."""
        return in_words(entry.action)
