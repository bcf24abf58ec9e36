"""The pages under /a/<slug>/settings/users/."""

from django.urls import path

from .views import users

app_name = "people"

urlpatterns = [
    path("", users.list_users, name="list"),
    path("invite/", users.invite_user, name="invite"),
    path("<int:membership_id>/", users.edit_user, name="edit"),
    path("<int:membership_id>/remove/", users.remove_user, name="remove"),
    path("invitations/<uuid:invitation_id>/withdraw/", users.withdraw_invitation, name="withdraw"),
    path("invitations/<uuid:invitation_id>/again/", users.invite_again, name="again"),
]
