"""What support sees of users. Every page of the admin is for staff alone."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from .addresses import with_next
from .models import User
from .second_factor import needs_second_factor, reset_second_factor

for unwanted in (Group, TOTPDevice, StaticDevice):  # the keys of a second factor are known to nobody here
    admin.site.unregister(unwanted)


def is_support(request: HttpRequest) -> bool:
    """Whether the signed-in user may use the admin: staff, with a second factor where that is needed."""
    user: Any = request.user
    return bool(user.is_active and user.is_staff and (user.is_verified() or not needs_second_factor(user)))


def sign_in_to_admin(request: HttpRequest, extra_context: Any = None) -> HttpResponse:
    """There is one page to sign in, which counts attempts and asks for the second factor."""
    is_unverified = request.user.is_authenticated and request.user.is_staff
    page = "accounts:security" if is_unverified else "accounts:login"
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    return HttpResponseRedirect(with_next(request, reverse(page)))


admin.site.has_permission = is_support  # type: ignore[method-assign]
admin.site.login = sign_in_to_admin  # type: ignore[method-assign]


class SupportAdmin(ModelAdmin):
    """Staff may look; what more they may do, a subclass says."""

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


class NewUserForm(UserCreationForm):
    """A new user."""

    class Meta:
        model = User
        fields = ("email", "name")


class UserForm(UserChangeForm):
    """An existing user."""

    class Meta:
        model = User
        fields = "__all__"


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
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    actions = ("reset_second_factor",)
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),)

    @admin.action(description=_("Switch off the second factor of the chosen users"))
    def reset_second_factor(self, request: HttpRequest, queryset: "QuerySet[User]") -> None:
        """For who lost telephone and backup codes; make sure first that it is them."""
        allowed = [user for user in queryset if self.has_change_permission(request, user)]
        number = sum(reset_second_factor(acting_user=request.user, user=user) for user in allowed)  # type: ignore[arg-type]
        said = (
            ngettext("The second factor of %d user is off.", "The second factor of %d users is off.", number) % number
        )
        messages.success(request, said)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_support(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_ours = obj is not None and (obj.is_staff or obj.is_superuser)
        return is_support(request) and (not is_ours or request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = super().get_readonly_fields(request, obj)
        return own if request.user.is_superuser else (*own, "is_staff", "is_superuser")
