"""What support sees of syncs: plans, runs, targets, receipts and findings, to read; and starting one on behalf of."""

import functools
import uuid
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.decorators import action

from accounts.admin import SupportAdmin, is_support, may_help
from accounts.signed_in import signed_in_user
from accounts.support_pages import ask_reason
from accounts.support_tables import link_to
from settings_sync.services.plans.plans import count_made, create_plan
from settings_sync.services.previews.plan_overview import show_plan
from settings_sync.services.runs.proofs import rows_of, words_of
from settings_sync.services.runs.retrying import may_be_retried, question_before_retrying
from settings_sync.services.runs.runs import cancel_run, retry_run
from settings_sync.services.standing.steering import pause_rings, resume_rings
from settings_sync.services.support.support import (
    chosen_in_words,
    count_in_words,
    list_held_back,
    start_run_on_behalf,
)
from settings_sync.support_pages.setting_pages import setting_address, show_setting
from settings_sync.support_pages.support_forms import ConfirmOnBehalfForm, SyncOnBehalfForm
from settings_sync.wording.decision_wording import POLICY_WORDS, policy_in_words
from tenants.admin import AdministrationAdmin, PageAbout
from tenants.models import Administration
from tenants.permissions import NotAllowed

from .exceptions import RetryBringsBack, SyncError, error_in_words
from .models import (
    AlignmentDay,
    Finding,
    Plan,
    PlanTarget,
    PublishingDay,
    Receipt,
    RunStage,
    SyncRun,
    SyncTarget,
    WaitingDay,
)


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
    fields = ("administration", "counted", "held_back")
    readonly_fields = ("counted", "held_back")

    @admin.display(description=gettext_lazy("what it comes to"))
    def counted(self, target: PlanTarget) -> str:
        """The counts in words."""
        return count_in_words(target.counts)

    @admin.display(description=gettext_lazy("held back"))
    def held_back(self, target: PlanTarget) -> str:
        """What waits for a decision or for something else, with the reason."""
        return list_held_back(target)


class SyncTargetInline(ReadOnlyInline):
    model = SyncTarget
    fields = ("administration", "state", "attempts", "counted", "what_went_wrong", "finished_at")
    readonly_fields = ("counted", "what_went_wrong")
    show_change_link = True

    @admin.display(description=gettext_lazy("what it comes to"))
    def counted(self, target: SyncTarget) -> str:
        """The counts in words."""
        return count_in_words(target.outcome_counts)

    @admin.display(description=gettext_lazy("what went wrong"))
    def what_went_wrong(self, target: SyncTarget) -> str:
        """The error in the reader's language."""
        return error_in_words(target.error_code, target.error_facts, target.error_detail) or "–"


class RingInline(ReadOnlyInline):
    model = RunStage
    fields = ("number", "state", "how_many", "opens_at", "approved_by", "reason", "started_at", "finished_at")
    readonly_fields = ("how_many",)

    @admin.display(description=gettext_lazy("administrations"))
    def how_many(self, stage: RunStage) -> int:
        """How many administrations are in it."""
        return SyncTarget.objects.filter(run=stage.run_id, ring=stage.number).count()


class FindingInline(ReadOnlyInline):
    model = Finding
    fields = ("setting", "what_happened")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("Setting"))
    def setting(self, finding: Finding) -> Any:
        """Its name, with a link to what else is known of it."""
        where = finding.target.administration
        if finding.uid is None or where.is_gone:
            return finding.label
        return link_to(setting_address(where, finding.kind, finding.uid), finding.label)

    @admin.display(description=gettext_lazy("what went otherwise"))
    def what_happened(self, finding: Finding) -> str:
        """In the reader's language."""
        return words_of(finding)


class ReceiptInline(ReadOnlyInline):
    model = Receipt
    fields = ("written", "business_rows_written", "snapshot", "written_at")
    readonly_fields = ("written",)

    @admin.display(description=gettext_lazy("rows of settings"))
    def written(self, receipt: Receipt) -> str:
        """How many rows of which settings."""
        return "\n".join(f"{row.label}: {row.number}" for row in rows_of(receipt)) or "–"


@admin.register(Plan)
class PlanAdmin(SupportAdmin):
    """Previews, to read."""

    list_display = ("id", "administration", "kind", "state", "requested_by", "created_at", "expires_at")
    list_filter = ("kind", "state", "created_at")
    list_select_related = ("administration", "requested_by")
    search_fields = ("id", "administration__name", "administration__slug", "requested_by__email")
    fields = (
        "administration", "kind", "state", "made", "went_wrong", "requested_by", "version", "chosen", "otherwise",
        "undoes", "snapshot", "created_at", "expires_at",
    )  # fmt: skip
    readonly_fields = ("made", "went_wrong", "chosen", "otherwise")
    inlines = (PlanTargetInline,)

    @admin.display(description=gettext_lazy("compared"))
    def made(self, plan: Plan) -> str:
        """For how many of its administrations it is made, as long as a worker is busy with it."""
        return _("%(made)s of %(all)s administrations") % {"made": count_made(plan), "all": plan.targets.count()}

    @admin.display(description=gettext_lazy("what went wrong"))
    def went_wrong(self, plan: Plan) -> str:
        """Why it could not be made, in the reader's language."""
        return plan.went_wrong or "–"

    @admin.display(description=gettext_lazy("chosen"))
    def chosen(self, plan: Plan) -> str:
        """The categories by name, and how many single settings."""
        return chosen_in_words(plan)

    @admin.display(description=gettext_lazy("where nobody decides"))
    def otherwise(self, plan: Plan) -> str:
        """Its policies in words."""
        chosen = [row for row in plan.policies.items() if row[0] in POLICY_WORDS]
        return "\n".join(": ".join(policy_in_words(*row)) for row in chosen) or "–"


@admin.register(SyncRun)
class SyncRunAdmin(SupportAdmin):
    """Runs with their administrations, to read."""

    list_display = ("id", "administration", "state", "requested_by", "on_behalf_of", "created_at", "finished_at")
    list_filter = ("state", "created_at")
    list_select_related = ("administration", "requested_by")
    search_fields = ("id", "administration__name", "administration__slug", "requested_by__email", "note")
    date_hierarchy = "created_at"
    show_full_result_count = False
    fields = (
        "administration", "state", "requested_by", "on_behalf_of", "note", "plan", "order", "created_at", "started_at",
        "paused_at", "finished_at",
    )  # fmt: skip
    inlines = (RingInline, SyncTargetInline)
    actions_detail = ("retry", "pause", "resume", "cancel", "trail")

    def get_inlines(self, request: HttpRequest, obj: SyncRun | None) -> Any:
        """The rings where there are any."""
        return self.inlines if obj is not None and obj.stages.exists() else (SyncTargetInline,)

    def get_actions_detail(self, request: HttpRequest, object_id: uuid.UUID) -> Any:
        """Trying again where something failed, cancelling where something waits, and always the trail."""
        run = self.get_object(request, str(object_id))
        states = set(run.targets.values_list("state", flat=True)) if run else set()
        shown = {"trail"}
        if may_help(request):
            shown |= {"retry"} if run and any(map(may_be_retried, run.targets.all())) else set()
            shown |= {"cancel"} if SyncTarget.State.QUEUED in states else set()
            shown |= {"resume" if run.paused_at else "pause"} if run and _has_rings_to_come(run) else set()
        return [found for found in super().get_actions_detail(request, object_id) if found.method.__name__ in shown]

    @action(description=gettext_lazy("Try again …"), url_path="retry", icon="refresh")  # type: ignore[untyped-decorator]
    def retry(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Queue what failed again, for a reason."""
        words = {
            "title": _("Try again what failed"),
            "consequence": _(
                "Every administration of this run that failed, was skipped or was stopped is tried again, by its plan."
            ),
            "button": _("Try again"),
        }
        run = self.find(request, object_id)
        return _ask_and_retry(self, request, run, list(run.targets.select_related("administration")), words)

    @action(description=gettext_lazy("Pause the rings …"), url_path="pause", icon="pause")  # type: ignore[untyped-decorator]
    def pause(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Let nothing more of its rings begin, for a reason."""
        words = {
            "title": _("Pause the rings"),
            "consequence": _("Nothing more begins until the rings go on. What is busy is finished."),
            "button": _("Pause the rings"),
        }
        said = _("The rings are paused: nothing more begins. What is busy is finished.")
        return _ask_and_do(self, request, self.find(request, object_id), words, pause_rings, said)

    @action(description=gettext_lazy("Go on …"), url_path="resume", icon="play_arrow")  # type: ignore[untyped-decorator]
    def resume(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Let its rings go on, for a reason."""
        words = {
            "title": _("Let the rings go on"),
            "consequence": _("The rings go on where they were."),
            "button": _("Let the rings go on"),
        }
        return _ask_and_do(self, request, self.find(request, object_id), words, resume_rings, _("The rings go on."))

    @action(description=gettext_lazy("Cancel …"), url_path="cancel", icon="cancel")  # type: ignore[untyped-decorator]
    def cancel(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Stop what has not started, for a reason."""
        said = _("What had not started yet is stopped; what is busy is finished first.")
        words = {
            "title": _("Cancel the run"),
            "consequence": _("Administrations that no worker has started yet are left as they are."),
            "button": _("Cancel the run"),
        }
        return _ask_and_do(self, request, self.find(request, object_id), words, cancel_run, said)

    @action(description=gettext_lazy("Trail"), url_path="trail", icon="history")  # type: ignore[untyped-decorator]
    def trail(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Everything that the trail says of this run."""
        run = self.find(request, object_id)
        return redirect(f"{reverse('admin:audit_auditentry_changelist')}?q={run.pk}")


@admin.register(SyncTarget)
class SyncTargetAdmin(SupportAdmin):
    """One administration of a run with its receipt and findings, to read."""

    list_display = ("run", "administration", "state", "attempts", "what_went_wrong", "started_at", "finished_at")
    list_filter = ("state", "error_code", "started_at")
    show_full_result_count = False
    list_select_related = ("run", "administration")
    ordering = ("-run__created_at", "plan_target__position")
    search_fields = ("id", "run__id", "administration__name", "administration__slug", "error_code")
    fields = (
        "run", "administration", "state", "attempts", "counted", "what_went_wrong", "error_code", "held_back",
        "leased_until", "woken_at", "started_at", "finished_at",
    )  # fmt: skip
    readonly_fields = ("counted", "what_went_wrong", "held_back")
    inlines = (ReceiptInline, FindingInline)
    actions_detail = ("retry",)

    @admin.display(description=gettext_lazy("what it comes to"))
    def counted(self, target: SyncTarget) -> str:
        """The counts in words."""
        return count_in_words(target.outcome_counts)

    @admin.display(description=gettext_lazy("what went wrong"))
    def what_went_wrong(self, target: SyncTarget) -> str:
        """The error in the reader's language."""
        return error_in_words(target.error_code, target.error_facts, target.error_detail) or "–"

    @admin.display(description=gettext_lazy("held back"))
    def held_back(self, target: SyncTarget) -> str:
        """What the plan held back here, with the reason."""
        return list_held_back(target.plan_target)

    def get_actions_detail(self, request: HttpRequest, object_id: uuid.UUID) -> Any:
        target = self.get_object(request, str(object_id))
        shown = may_help(request) and target is not None and may_be_retried(target)
        return super().get_actions_detail(request, object_id) if shown else []

    @action(description=gettext_lazy("Try again …"), url_path="retry", icon="refresh")  # type: ignore[untyped-decorator]
    def retry(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Queue this administration again, for a reason."""
        target = self.find(request, object_id)
        words = {
            "title": _("Try %(name)s again") % {"name": target.administration.name},
            "consequence": _("This administration is tried again, by the plan of its run; the others are left alone."),
            "button": _("Try again"),
        }
        return _ask_and_retry(self, request, target.run, [target], words)


class DayAdmin(SupportAdmin):
    """Figures that were kept of each day, to read."""

    list_filter = ("day",)
    show_full_result_count = False
    ordering = ("-day", "administration", "id")
    search_fields: tuple[str, ...] = ("administration__name", "administration__slug")


@admin.register(AlignmentDay)
class AlignmentDayAdmin(DayAdmin):
    """How far everything, a group or a package was in line."""

    list_display = (
        "day", "administration", "group", "package", "in_line", "total", "administrations_in_line", "administrations",
    )  # fmt: skip
    list_select_related = ("administration", "package")
    search_fields = (*DayAdmin.search_fields, "group", "package__name")
    fields = list_display


@admin.register(WaitingDay)
class WaitingDayAdmin(DayAdmin):
    """How many decisions waited."""

    list_display = ("day", "administration", "conflicts", "deviations", "approvals", "noted_at")
    list_select_related = ("administration",)
    fields = list_display


@admin.register(PublishingDay)
class PublishingDayAdmin(DayAdmin):
    """How long it took from publishing to in line."""

    list_display = (
        "day", "administration", "package", "settings", "arrivals", "median_seconds", "slowest_seconds",
    )  # fmt: skip
    list_select_related = ("administration", "package")
    search_fields = (*DayAdmin.search_fields, "package__name")
    fields = list_display


@admin.register(Administration)
class SyncingAdministrationAdmin(AdministrationAdmin):
    """Administrations, with starting a sync on behalf of one."""

    actions_detail = ("start_sync", "retry_provisioning")

    def pages_of_other_apps(self, row: Administration) -> list[PageAbout]:
        whose = {"administration__id__exact": row.pk}
        of_a_main: list[PageAbout] = [
            (_("Runs"), "settings_sync_syncrun", whose),
            (_("Previews"), "settings_sync_plan", whose),
            (_("In line day by day"), "settings_sync_alignmentday", whose),
            (_("Decisions that waited"), "settings_sync_waitingday", whose),
            (_("From publishing to in line"), "settings_sync_publishingday", whose),
            (_("Webhooks"), "webhooks_endpoint", whose),
            (_("Messages"), "webhooks_outboxmessage", whose),
        ]
        return [*(of_a_main if row.is_main else ()), (_("Administrations of runs"), "settings_sync_synctarget", whose)]

    def get_actions_detail(self, request: HttpRequest, object_id: uuid.UUID) -> Any:
        """Starting a sync of an active main administration; trying again what was not made or not deleted."""
        row = self.get_object(request, str(object_id))
        shown = set()
        if row is not None and may_help(request):
            is_active = row.state == Administration.State.ACTIVE
            shown |= {"start_sync"} if row.is_main and is_active else set()
            shown |= {"retry_provisioning"} if row.state == Administration.State.FAILED else set()
        return [found for found in super().get_actions_detail(request, object_id) if found.method.__name__ in shown]

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
        setting = self.admin_site.admin_view(self.show_setting)
        return [
            path("<uuid:object_id>/confirm-sync/", confirm, name="confirm-sync"),
            path("<uuid:object_id>/setting/<str:kind>/<uuid:uid>/", setting, name="setting"),
            *super().get_urls(),
        ]

    def show_setting(self, request: HttpRequest, **which: Any) -> HttpResponse:
        """One of its settings, to read."""
        return show_setting(request, self, **which)

    def confirm_sync(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Start what was previewed."""
        main = _find_main(request, object_id)
        form = ConfirmOnBehalfForm(request.POST or None, main=main)
        if request.method == "POST" and form.is_valid():
            try:
                run = start_run_on_behalf(acting_user=signed_in_user(request), **form.cleaned_data)
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


def _ask_and_retry(
    model_admin: SupportAdmin, request: HttpRequest, run: SyncRun, targets: list[SyncTarget], words: dict[str, Any]
) -> HttpResponse:
    """Ask for a reason, and for a run that was taken back say what comes back: the reason is then the confirmation."""
    again = [target for target in targets if may_be_retried(target)]
    question = question_before_retrying(signed_in_user(request), run, again)
    if question is not None:
        back = RetryBringsBack(
            phrase=question.phrase, slug=question.slug, names=question.names, reasons=" ".join(question.reasons)
        )
        words = {**words, "consequence": f"{words['consequence']} {back.detail}"}
    retry = functools.partial(
        retry_run,
        targets=[target.administration.slug for target in again],
        confirmation=question.phrase if question else "",
    )
    return _ask_and_do(model_admin, request, run, words, retry, _("What failed or was stopped is tried again."))


def _ask_and_do(
    model_admin: SupportAdmin,
    request: HttpRequest,
    run: SyncRun,
    words: dict[str, Any],
    do: Callable[..., SyncRun],
    said: str,
) -> HttpResponse:
    """Ask for a reason, then do this with a run, and show it."""
    if not may_help(request):
        raise PermissionDenied
    back = reverse("admin:settings_sync_syncrun_change", args=[run.pk])

    def go(reason: str) -> HttpResponse:
        do(acting_user=request.user, run=run, reason=reason)
        messages.success(request, said)
        return redirect(back)

    return ask_reason(request, model_admin, words=words, back=back, do=go, refusals=(SyncError, NotAllowed))


def _has_rings_to_come(run: SyncRun) -> bool:
    return not run.is_finished and run.stages.filter(state__in=RunStage.UNFINISHED).exists()


def _find_main(request: HttpRequest, object_id: uuid.UUID) -> Administration:
    if not may_help(request):
        raise PermissionDenied
    with suppress(ValidationError):
        return get_object_or_404(Administration.objects.active().mains(), pk=object_id)
    raise Http404


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
