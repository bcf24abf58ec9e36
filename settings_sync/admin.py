"""What support sees of syncs: plans, runs, targets, receipts and findings, to read; and starting one on behalf of."""

import uuid
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import action

from accounts.admin import SupportAdmin, is_support, may_help
from tenants.admin import AdministrationAdmin
from tenants.models import Administration
from tenants.permissions import NotAllowed

from .exceptions import SyncError
from .models import Finding, Plan, PlanTarget, Receipt, SyncRun, SyncTarget
from .services.plan_overview import show_plan
from .services.plans import create_plan
from .services.support import start_run_on_behalf
from .support_forms import ConfirmOnBehalfForm, SyncOnBehalfForm


class ReadOnlyInline(TabularInline):  # type: ignore[misc]
    """Rows that belong to what is shown, to read."""

    extra = 0
    can_delete = False
    tab = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_support(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class PlanTargetInline(ReadOnlyInline):
    model = PlanTarget
    fields = ("administration", "counts")


class SyncTargetInline(ReadOnlyInline):
    model = SyncTarget
    fields = ("administration", "state", "attempts", "counts", "error_code", "error_detail", "finished_at")
    show_change_link = True


class FindingInline(ReadOnlyInline):
    model = Finding
    fields = ("code", "kind", "label", "uid")


class ReceiptInline(ReadOnlyInline):
    model = Receipt
    fields = ("rows", "business_rows_written", "snapshot", "written_at")


@admin.register(Plan)
class PlanAdmin(SupportAdmin):
    """Previews, to read."""

    list_display = ("id", "administration", "kind", "state", "requested_by", "created_at", "expires_at")
    list_filter = ("kind", "state", "created_at")
    list_select_related = ("administration", "requested_by")
    search_fields = ("id", "administration__name", "administration__slug", "requested_by__email")
    inlines = (PlanTargetInline,)


@admin.register(SyncRun)
class SyncRunAdmin(SupportAdmin):
    """Runs with their administrations, to read."""

    list_display = ("id", "administration", "state", "requested_by", "on_behalf_of", "created_at", "finished_at")
    list_filter = ("state", "created_at")
    list_select_related = ("administration", "requested_by")
    search_fields = ("id", "administration__name", "administration__slug", "requested_by__email", "note")
    date_hierarchy = "created_at"
    inlines = (SyncTargetInline,)


@admin.register(SyncTarget)
class SyncTargetAdmin(SupportAdmin):
    """One administration of a run with its receipt and findings, to read."""

    list_display = ("run", "administration", "state", "attempts", "error_code", "started_at", "finished_at")
    list_filter = ("state", "error_code", "started_at")
    list_select_related = ("run", "administration")
    search_fields = ("id", "run__id", "administration__name", "administration__slug", "error_code")
    exclude = ("lease_token",)
    inlines = (ReceiptInline, FindingInline)


@admin.register(Administration)
class SyncingAdministrationAdmin(AdministrationAdmin):
    """Administrations, with starting a sync on behalf of one."""

    actions_detail = ("start_sync",)

    def get_actions_detail(self, request: HttpRequest, object_id: uuid.UUID) -> Any:
        is_main = Administration.objects.active().mains().filter(pk=object_id).exists()
        return super().get_actions_detail(request, object_id) if is_main and may_help(request) else []

    @action(description=gettext_lazy("Start a sync on behalf of …"), url_path="start-sync", icon="sync")  # type: ignore[untyped-decorator]
    def start_sync(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Ask as whom, to which administrations, what and why; then show what that comes to."""
        main = _find_main(request, object_id)
        form = SyncOnBehalfForm(request.POST or None, main=main)
        plan = _preview(request, main, form) if request.method == "POST" and form.is_valid() else None
        if plan is None:
            return self._render(request, main, form=form)
        given = {"plan": plan.pk, "version": plan.version, "on_behalf_of": form.cleaned_data["on_behalf_of"].pk}
        confirm = ConfirmOnBehalfForm(initial={**given, "reason": form.cleaned_data["reason"]}, main=main)
        return self._render(request, main, form=confirm, plan=show_plan(plan), chosen=form.cleaned_data)

    def get_urls(self) -> list[URLPattern]:
        confirm = self.admin_site.admin_view(self.confirm_sync)
        return [path("<uuid:object_id>/confirm-sync/", confirm, name="confirm-sync"), *super().get_urls()]

    def confirm_sync(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Start what was previewed."""
        main = _find_main(request, object_id)
        form = ConfirmOnBehalfForm(request.POST or None, main=main)
        if request.method == "POST" and form.is_valid():
            try:
                run = start_run_on_behalf(acting_user=request.user, **form.cleaned_data)
            except (SyncError, NotAllowed) as refused:
                messages.error(request, str(refused))
            else:
                messages.success(request, _("The sync has started."))
                return redirect("admin:settings_sync_syncrun_change", run.pk)
        return redirect(reverse("admin:tenants_administration_start_sync", args=[main.pk]))

    def _render(self, request: HttpRequest, main: Administration, **context: Any) -> HttpResponse:
        title = _("Start a sync on behalf of %(name)s") % {"name": main.name}
        shown = {**self.admin_site.each_context(request), "opts": self.opts, "main": main, "title": title, **context}
        return render(request, "admin/start_sync.html", shown)


def _find_main(request: HttpRequest, object_id: uuid.UUID) -> Administration:
    if not may_help(request):
        raise PermissionDenied
    return get_object_or_404(Administration.objects.active().mains(), pk=object_id)


def _preview(request: HttpRequest, main: Administration, form: SyncOnBehalfForm) -> Plan | None:
    chosen = form.cleaned_data
    try:
        return create_plan(
            acting_user=chosen["on_behalf_of"],
            main=main,
            targets=[child.slug for child in chosen["targets"]],
            categories=chosen["categories"],
        )
    except (SyncError, NotAllowed) as refused:
        form.add_error(None, str(refused))
    return None
