"""What support sees of administrations, and may do to them: raise a licence cap, give somebody access, revoke a token.

Nothing here enters the schema of an administration: daily data stays with its owner.
"""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import PositiveIntegerField, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from accounts.admin import SupportAdmin, may_help, may_manage
from accounts.models import ApiToken
from accounts.signed_in import signed_in_user
from accounts.support_pages import ask_reason
from audit.models import record

from .administrations import retry_provisioning
from .entry_fields import WholeNumberField
from .exceptions import AdministrationError
from .models import Administration, Membership, Role
from .permissions import NotAllowed
from .readable_names import problems_of_names
from .rights import find_right, right_choices
from .tokens import revoke_api_token


class RecordedAdmin(SupportAdmin):
    """Puts what support changes in the trail, with the names of the fields."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        self._record(request, obj, "changed" if change else "added", fields=form.changed_data)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._record(request, obj, "removed")
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def _record(self, request: HttpRequest, obj: Any, verb: str, **data: Any) -> None:
        administration = obj if isinstance(obj, Administration) else getattr(obj, "administration", None)
        action = f"support.{obj._meta.model_name}.{verb}"
        record(action, actor=request.user, administration=administration, what=str(obj), **data)


PageAbout = tuple[Any, str, dict[str, Any]]
"""A list in the admin: its title, its model as the admin's addresses name it, and what it is narrowed to."""


class AdministrationAdmin(RecordedAdmin):
    """Registered by settings_sync, which adds starting a sync and its own lists."""

    list_display = ("name", "slug", "parent", "state", "licence_cap", "created_at")
    list_filter = ("state", ("parent", admin.EmptyFieldListFilter))
    search_fields = ("name", "slug", "schema_name", "company_name")
    list_select_related = ("parent",)
    fields = (
        "name", "slug", "parent", "state", "what_went_wrong", "see_also", "licence_cap", "groups", "schema_name",
        "migration_head", "created_by", "created_at",
    )  # fmt: skip
    editable = ("licence_cap",)
    formfield_overrides: ClassVar[dict[Any, Any]] = {PositiveIntegerField: {"form_class": WholeNumberField}}

    @admin.display(description=_("see also"))
    def see_also(self, row: Administration) -> Any:
        """Everything else of this administration."""
        pages = [
            *self.pages_of_other_apps(row),
            (_("Memberships"), "tenants_membership", {"administration__id__exact": row.pk}),
            (_("Trail"), "audit_auditentry", {"administration_id": row.pk}),
        ]
        if row.is_main:
            pages.insert(0, (_("Sub-administrations"), "tenants_administration", {"parent__id__exact": row.pk}))
        links = ((f"{reverse(f'admin:{page}_changelist')}?{urlencode(asked)}", title) for title, page, asked in pages)
        return format_html_join(" · ", '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', links)

    def pages_of_other_apps(self, row: Administration) -> list[PageAbout]:
        """The lists of other apps that show rows of this administration."""
        return []

    @admin.display(description=_("what went wrong"))
    def what_went_wrong(self, row: Administration) -> str:
        """In the reader's language."""
        return row.went_wrong or "–"

    @action(description=_("Try again to make or delete it …"), url_path="retry", icon="refresh")  # type: ignore[untyped-decorator]
    def retry_provisioning(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """Try again where making or deleting it failed, for a reason."""
        if not may_help(request):
            raise PermissionDenied
        row = self.find(request, object_id)
        back = reverse("admin:tenants_administration_change", args=[row.pk])

        def retry(reason: str) -> HttpResponse:
            retry_provisioning(acting_user=signed_in_user(request), administration=row, reason=reason)
            messages.success(request, gettext("It is tried again; look at its state in a moment."))
            return redirect(back)

        words = {
            "title": gettext("Try again: %(name)s") % {"name": row.name},
            "consequence": row.went_wrong,
            "button": gettext("Try again"),
        }
        refusals = (AdministrationError, NotAllowed)
        return ask_reason(request, self, words=words, back=back, do=retry, refusals=refusals)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_manage(request)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        editable = self.editable if obj is None or obj.is_main else ()
        return tuple(name for name in self.fields if name not in editable)


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    """Access of one user to one administration."""

    class Meta:
        model = Membership
        fields = ("user", "administration", "role")

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        user, administration, role = (found.get(name) for name in ("user", "administration", "role"))
        if user is not None and user.is_staff:
            self.add_error("user", _("Support does not become a member: daily data belongs to the customer."))
        if role and administration and role.administration_id not in (None, administration.main.pk):
            self.add_error("role", _("This role belongs to another customer."))
        return found


@admin.register(Membership)
class MembershipAdmin(RecordedAdmin):
    """Who may enter which administration, as what."""

    form = MembershipForm
    list_display = ("user", "administration", "role")
    list_filter = ("role",)
    list_select_related = ("user", "administration", "role")
    search_fields = ("user__email", "user__name", "administration__name", "administration__slug")
    autocomplete_fields = ("user", "administration", "role")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_manage(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_manage(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_manage(request)


class RoleForm(forms.ModelForm):  # type: ignore[type-arg]
    """A role of one customer, with its rights to tick."""

    rights = forms.MultipleChoiceField(
        label=_("rights"), choices=right_choices, required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = Role
        fields = ("administration", "name", "rights")

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if problems := problems_of_names(Role(name=name)):
            raise forms.ValidationError(problems["name"])
        return name

    def clean_administration(self) -> Administration:
        main = self.cleaned_data["administration"]
        if main is None or not main.is_main:
            raise forms.ValidationError(_("A role belongs to a main administration."))
        return main  # type: ignore[no-any-return]


@admin.register(Role)
class RoleAdmin(RecordedAdmin):
    """Sets of rights; the built-in roles are fixed."""

    form = RoleForm
    list_display = ("name", "administration", "number_of_rights")
    list_filter = (("administration", admin.EmptyFieldListFilter),)
    search_fields = ("name", "administration__name")
    autocomplete_fields = ("administration",)

    @admin.display(description=_("rights"))
    def rights_in_words(self, role: Role) -> str:
        """What a role that is fixed holds."""
        return "\n".join(str(right.label) for value in role.rights if (right := find_right(value)))

    @admin.display(description=_("rights"))
    def number_of_rights(self, role: Role) -> int:
        """How many rights it holds."""
        return len(role.rights)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        is_shown = obj is not None and not self.has_change_permission(request, obj)
        return ("administration", "name", "rights_in_words" if is_shown else "rights")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("rights_in_words",)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_manage(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_manage(request) and (obj is None or obj.administration_id is not None)


@admin.register(ApiToken)
class ApiTokenAdmin(RecordedAdmin):
    """Tokens by their first characters; the secret is known to nobody here."""

    list_display = ("prefix", "user", "administration", "name", "scopes", "expires_at", "last_used_at", "revoked_at")
    list_filter = ("expires_at", ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("user", "administration")
    search_fields = ("prefix", "name", "user__email", "administration__slug")
    fields = (
        "prefix",
        "user",
        "administration",
        "name",
        "scopes",
        "created_at",
        "expires_at",
        "last_used_at",
        "revoked_at",
    )
    actions = ("revoke",)

    @admin.action(description=_("Revoke the chosen tokens"), permissions=["manage"])
    def revoke(self, request: HttpRequest, queryset: "QuerySet[ApiToken]") -> None:
        """End them now."""
        for token in queryset:
            revoke_api_token(token, acting_user=signed_in_user(request))
        number = len(queryset)
        said = ngettext("%d token was revoked.", "%d tokens were revoked.", number) % number
        messages.success(request, said)
