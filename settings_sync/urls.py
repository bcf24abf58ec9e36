"""The pages under /a/<slug>/settings/administrations/."""

from django.urls import path

from .views import (
    administrations,
    deciding,
    deviations,
    differences,
    filled_in,
    grouping,
    news,
    overview,
    plans,
    reports,
    rule_book,
    runs,
    saved_choices,
    takeover,
    versions,
    wizard,
)

app_name = "sync"
CHANGE = "sync/<uuid:plan_id>/changes/<int:change_id>/"

urlpatterns = [
    path("", administrations.list_administrations, name="administrations"),
    path("new/", administrations.create_administration, name="administration-new"),
    path("rows/<uuid:administration_id>/", administrations.show_row, name="administration-row"),
    path("retry/<slug:child>/", administrations.retry_provisioning, name="administration-retry"),
    path("delete/<slug:child>/", administrations.delete_administration, name="administration-delete"),
    path("bring/<slug:child>/", overview.bring, name="bring"),
    path("decide/<slug:child>/", overview.decide, name="decide"),
    path("differences/<slug:child>/", differences.show_all, name="differences"),
    path("differences/<slug:child>/<str:kind>/<uuid:uid>/", differences.show_one, name="difference"),
    path(
        "differences/<slug:child>/<str:kind>/<uuid:uid>/<slug:side>/", differences.show_sheet, name="difference-sheet"
    ),
    path("groups/", grouping.edit_groups, name="groups"),
    path("sync/", wizard.choose, name="choose"),
    path("sync/<uuid:plan_id>/", plans.preview, name="plan"),
    path("sync/<uuid:plan_id>/renew/", plans.renew, name="plan-renew"),
    path("sync/<uuid:plan_id>/rehearse/", plans.rehearse, name="plan-rehearse"),
    path(CHANGE, deciding.change_details, name="change"),
    path(f"{CHANGE}filled-in/", filled_in.show_everywhere, name="filled-in"),
    path(f"{CHANGE}filled-in/<slug:child>/", filled_in.show_one, name="filled-in-one"),
    path("sync/<uuid:plan_id>/save/", saved_choices.save, name="choice-save"),
    path("choices/<uuid:choice_id>/", saved_choices.edit, name="choice"),
    path("choices/<uuid:choice_id>/preview/", saved_choices.preview, name="choice-preview"),
    path("takeover/<slug:child>/", takeover.begin, name="takeover-begin"),
    path("sync/<uuid:plan_id>/takeover/<slug:child>/", takeover.sitting, name="takeover"),
    path("sync/<uuid:plan_id>/takeover/<slug:child>/<int:change_id>/", takeover.pair, name="takeover-pair"),
    path("policies/", rule_book.policies, name="policies"),
    path("policies/<str:kind>/<uuid:uid>/", rule_book.rule, name="rule"),
    path("news/<uuid:target_id>/", news.show_all, name="news"),
    path("news/<uuid:target_id>/<int:change_id>/", news.show_one, name="news-setting"),
    path("history/<uuid:uid>/", versions.history, name="item-history"),
    path("history/<uuid:uid>/restore/", versions.restore, name="item-restore"),
    path("history/<uuid:uid>/duplicate/", versions.duplicate, name="item-duplicate"),
    path("kept/", deviations.kept, name="kept"),
    path("kept/<int:deviation_id>/withdraw/", deviations.withdraw, name="kept-withdraw"),
    path("kept/<str:kind>/<uuid:uid>/", deviations.kept_item, name="kept-item"),
    path("sync/<uuid:plan_id>/report.csv", reports.plan_csv, name="plan-csv"),
    path("sync/<uuid:plan_id>/report.pdf", reports.plan_pdf, name="plan-pdf"),
    path("runs/<uuid:run_id>/report.csv", reports.run_csv, name="run-csv"),
    path("runs/<uuid:run_id>/report.pdf", reports.run_pdf, name="run-pdf"),
    path("runs/", runs.history, name="runs"),
    path("runs/<uuid:run_id>/", runs.show, name="run"),
    path("runs/<uuid:run_id>/progress/", runs.progress, name="run-progress"),
    path("runs/<uuid:run_id>/cancel/", runs.cancel, name="run-cancel"),
    path("runs/<uuid:run_id>/retry/", runs.retry, name="run-retry"),
    path("runs/<uuid:run_id>/undo/", runs.undo, name="run-undo"),
]
