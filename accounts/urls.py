"""Addresses under `/account/`."""

from django.urls import path

from . import acting_pages, second_factor_pages, views

app_name = "accounts"
urlpatterns = [
    path("sign-in/", views.sign_in, name="login"),
    path("code/", second_factor_pages.enter_code, name="code"),
    path("security/", second_factor_pages.show_security, name="security"),
    path("security/enable/", second_factor_pages.enable, name="enable"),
    path("security/codes/", second_factor_pages.renew_codes, name="renew-codes"),
    path("security/disable/", second_factor_pages.disable, name="disable"),
    path("acting/end/", acting_pages.end, name="end-acting"),
    path("sign-out/", views.sign_out, name="logout"),
]
