"""Every address of the product."""

from django.conf import settings
from django.contrib import admin
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from accounts.views import sign_out
from demo import mail_pages
from guide import views as guide_pages
from settings_sync.views import overview
from tenants import home, role_pages, search_page, switching, token_pages

from . import health, metrics, styleguide

in_administration: list[URLPattern | URLResolver] = [
    path("", overview.administration_home, name="administration-home"),
    path("search/", search_page.search_page, name="search"),
    path("help/", guide_pages.help_here, name="help"),
    path("help/<slug:topic>/", guide_pages.help_here, name="help-topic"),
    path("", include("business.urls")),
    path("settings/", home.settings_home, name="settings-home"),
    path("settings/company/", home.company_details, name="company-details"),
    path("switch/", switching.switch, name="switch"),
    path("settings/roles/", role_pages.list_roles, name="role-list"),
    path("settings/roles/new/", role_pages.create_role, name="role-new"),
    path("settings/roles/<int:role_id>/", role_pages.edit_role, name="role-edit"),
    path("settings/roles/<int:role_id>/delete/", role_pages.delete_role, name="role-delete"),
    path("settings/tokens/", token_pages.list_tokens, name="token-list"),
    path("settings/tokens/new/", token_pages.create_token, name="token-new"),
    path("settings/tokens/<uuid:token_id>/revoke/", token_pages.revoke_token, name="token-revoke"),
    path("settings/users/", include("people.urls")),
    path("settings/webhooks/", include("webhooks.urls")),
    path("settings/administrations/", include("settings_sync.urls")),
    path("settings/forms/", include("forms_catalog.urls")),
    path("settings/reference/", include("reference_data.urls")),
    path("settings/workflows/", include("workflows.urls")),
    path("settings/templates/", include("templates_catalog.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("account/", include("accounts.urls")),
    path("account/", include("people.account_urls")),
    path("account/", include("guide.urls")),
    path("account/notices/", include("notices.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("a/<slug:slug>/", include(in_administration)),
    path("api/v1/", include("business.api.urls")),
    path("api/v1/", include("settings_sync.api.urls")),
    # The admin's own would end the session and leave open what it does on behalf of somebody.
    path("admin/logout/", sign_out, name="admin-sign-out"),
    path("admin/", admin.site.urls),
    # Pages that are not ours name no icon: the admin, the preview of a template.
    path("favicon.ico", RedirectView.as_view(url=static("favicon.svg"))),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
]
if settings.DEBUG or settings.DEMO:
    urlpatterns += [
        path("styleguide/", styleguide.show_styleguide, name="styleguide"),
        path("demo/mail/", mail_pages.list_mail, name="demo-mail"),
    ]

handler400 = "config.error_pages.bad_request"
handler404 = "config.error_pages.not_found"
handler500 = "config.error_pages.server_error"
