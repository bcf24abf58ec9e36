"""What support sees of users. Every page of the admin is for staff alone."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from .models import User

admin.site.unregister(Group)


def is_support(request: HttpRequest) -> bool:
    """Whether the signed-in user may use the admin."""
    return bool(request.user.is_active and request.user.is_staff)


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
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("email", "name", "password1", "password2")}),)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_support(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        is_ours = obj is not None and (obj.is_staff or obj.is_superuser)
        return is_support(request) and (not is_ours or request.user.is_superuser)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        own = super().get_readonly_fields(request, obj)
        return own if request.user.is_superuser else (*own, "is_staff", "is_superuser")
