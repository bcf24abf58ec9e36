"""What support sees of users. Every page of the admin is for staff alone."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import DataError
from django.db.models import QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.forms import AdminPasswordChangeForm

from .acting import LASTS, ActingRefused, begin_acting, may_act_for, refuse_while_acting
from .acting_requests import begin_in_session
from .addresses import with_next
from .models import User
from .second_factor import is_verified_enough, reset_second_factor
from .support_forms import NewUserForm, UserForm
from .support_pages import ask_reason
from .support_rights import SupportRight, may_support
from .trail import tell

for unwanted in (Group, TOTPDevice, StaticDevice):  # the keys of a second factor are known to nobody here
    admin.site.unregister(unwanted)


def may_as_support(request: HttpRequest, right: SupportRight) -> bool:
    """Whether the signed-in user holds this right of support, and gave a second factor where that is needed."""
    return is_verified_enough(request.user) and may_support(request.user, right)


def is_support(request: HttpRequest) -> bool:
    """Whether the signed-in user may use the admin at all."""
    return may_as_support(request, SupportRight.LOOK)


def may_help(request: HttpRequest) -> bool:
    """Whether they may try again, cancel, send again and start."""
    return may_as_support(request, SupportRight.HELP)


def may_manage(request: HttpRequest) -> bool:
    """Whether they may manage users and what these may do."""
    return may_as_support(request, SupportRight.MANAGE)


def sign_in_to_admin(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """There is one page to sign in, which counts attempts and asks for the second factor."""
    refuse_while_acting()
    if request.user.is_authenticated and not may_support(request.user, SupportRight.LOOK):
        raise PermissionDenied
    page = "accounts:security" if request.user.is_authenticated else "accounts:login"
    return HttpResponseRedirect(with_next(request, reverse(page)))


admin.site.has_permission = is_support  # type: ignore[method-assign]
admin.site.login = sign_in_to_admin  # type: ignore[method-assign]
admin.site.index_title = _("Support")


class SupportAdmin(ModelAdmin):
    """Staff may look; what more they may do, a subclass says.

    `linked` names fields that are not shown and yet asked for by links to the list.
    """

    linked: tuple[str, ...] = ()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest | None = None) -> bool:
        """A list is not asked for what it does not show: who may ask how a secret begins can read all of it."""
        named = lookup.split(LOOKUP_SEP)[0]
        fields = {field.name: {field.name, field.attname} for field in self.opts.concrete_fields}
        whose = next((name for name, names in fields.items() if named in names), None)
        is_shown = whose is None or whose == self.opts.pk.name or not self._shown().isdisjoint(fields[whose])
        return is_shown and super().lookup_allowed(lookup, value, request)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        """The database knows no NUL."""
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The list; without its filters where these are nonsense to the database."""
        try:
            return super().changelist_view(request, extra_context)
        except (DataError, ValueError):
            if not request.GET:
                raise
            messages.error(request, gettext("This list cannot be asked for that; it is shown whole."))
            return redirect(request.path)

    def _shown(self) -> set[str]:
        filters = [found[0] if isinstance(found, tuple) else found for found in self.list_filter]
        shown = {*self.list_display, *filters, *(self.fields or ()), *self.linked}
        return {*shown, *(flatten_fieldsets(self.fieldsets) if self.fieldsets else ())}

    def find(self, request: HttpRequest, object_id: Any) -> Any:
        """The row of an address, or Http404."""
        row = self.get_object(request, str(object_id))
        if row is None:
            raise Http404
        return row

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_support(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_support(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_help_permission(self, request: HttpRequest) -> bool:
        """For actions that name it."""
        return may_help(request)

    def has_manage_permission(self, request: HttpRequest) -> bool:
        """For actions that name it."""
        return may_manage(request)


@admin.register(User)
class UserAdmin(SupportAdmin, DjangoUserAdmin):
    """Users of every customer. Only a superuser may touch the accounts of staff, or make somebody staff."""

    form = UserForm
    add_form = NewUserForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "name", "password")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "support_rights")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    actions = ("reset_second_factor",)
    actions_detail = ("act_on_behalf",)
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),)

    @admin.action(description=_("Switch off the second factor of the chosen users"), permissions=["manage"])
    def reset_second_factor(self, request: HttpRequest, queryset: "QuerySet[User]") -> None:
        """For who lost telephone and backup codes; make sure first that it is them."""
        allowed = [user for user in queryset if self.has_change_permission(request, user)]
        number = sum(reset_second_factor(acting_user=request.user, user=user) for user in allowed)  # type: ignore[arg-type]
        said = (
            ngettext("The second factor of %d user is off.", "The second factor of %d users is off.", number) % number
        )
        messages.success(request, said)

    def get_actions_detail(self, request: HttpRequest, object_id: int) -> Any:
        user = self.get_object(request, str(object_id))
        shown = user is not None and may_act_for(request.user, user)
        return super().get_actions_detail(request, object_id) if shown else []

    @action(description=_("Act on behalf of this user …"), url_path="act-on-behalf", icon="supervisor_account")
    def act_on_behalf(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ask why; from then on this browser is the user's, for half an hour."""
        user = self.find(request, object_id)
        if not is_support(request) or not may_act_for(request.user, user):
            raise PermissionDenied

        def begin(reason: str) -> HttpResponse:
            begin_in_session(request, begin_acting(acting_user=request.user, user=user, reason=reason))  # type: ignore[arg-type]
            return redirect("home")

        back = reverse("admin:accounts_user_change", args=[user.pk])
        return ask_reason(request, self, words=_what_acting_is(user), back=back, do=begin, refusals=(ActingRefused,))

    def log_addition(self, request: HttpRequest, obj: User, message: Any) -> Any:
        tell("support.user.added", actor=request.user, user=obj.email)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        """For what the form changed, and a password that was set."""
        tell("support.user.changed", actor=request.user, user=obj.email, changed=message)
        return super().log_change(request, obj, message)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_manage(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_ours = obj is not None and (obj.is_staff or obj.is_superuser)
        return may_manage(request) and (not is_ours or request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = super().get_readonly_fields(request, obj)
        return own if request.user.is_superuser else (*own, "is_staff", "is_superuser", "support_rights")


def _what_acting_is(user: User) -> dict[str, Any]:
    consequence = gettext(
        "You see and do what %(email)s may see and do, for %(minutes)d minutes or until you end it. Everything you do "
        "is in the trail with both names. Passwords, second factor, API tokens and secrets of webhooks stay closed."
    )
    return {
        "title": gettext("Act on behalf of %(name)s") % {"name": user},
        "consequence": consequence % {"email": user.email, "minutes": LASTS.total_seconds() // 60},
        "button": gettext("Begin"),
    }
