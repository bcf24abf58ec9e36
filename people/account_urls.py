"""The pages under /account/ about somebody's own account. What follows `link/` lets somebody in, and is in no log."""

from django.urls import path

from .views import account, invitations

app_name = "account"

urlpatterns = [
    path("profile/", account.edit_profile, name="profile"),
    path("address/", account.ask_new_address, name="ask-address"),
    path("password/", account.change_password, name="password"),
    path("forgot/", account.forgot_password, name="forgot"),
    path("link/invitation/<str:key>/", invitations.answer_invitation, name="invitation"),
    path("link/address/<str:key>/", account.confirm_new_address, name="new-address"),
    path("link/password/<str:number>/<str:token>/", account.choose_new_password, name="new-password"),
]
