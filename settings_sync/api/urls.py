"""Addresses under `/api/v1/`."""

from django.urls import path, re_path

from .views import administrations, alignment, deviations, docs, drafts, packages, plans, runs, settings, webhooks

app_name = "api"
urlpatterns = [
    path("administrations/", administrations.Administrations.as_view(), name="administrations"),
    path("administrations/<slug:slug>/", administrations.OneAdministration.as_view(), name="administration"),
    path("administrations/<slug:slug>/retry/", administrations.RetryAdministration.as_view(), name="retry-creation"),
    path("administrations/<slug:slug>/items/", settings.ItemsOfAdministration.as_view(), name="new-item"),
    path("administrations/<slug:slug>/items/<uuid:uid>/", settings.Item.as_view(), name="item"),
    path("administrations/<slug:slug>/items/<uuid:uid>/archive/", settings.ArchiveItem.as_view(), name="archive-item"),
    path("administrations/<slug:slug>/items/<uuid:uid>/versions/", settings.Versions.as_view(), name="item-versions"),
    path("administrations/<slug:slug>/items/<uuid:uid>/restore/", settings.RestoreItem.as_view(), name="restore-item"),
    path("administrations/<slug:slug>/drafts/", drafts.Drafts.as_view(), name="drafts"),
    path("administrations/<slug:slug>/drafts/<uuid:uid>/", drafts.OneDraft.as_view(), name="draft"),
    path(
        "administrations/<slug:slug>/drafts/<uuid:uid>/publish/",
        drafts.PublishingDraft.as_view(),
        name="publish-draft",
    ),
    path("categories/", settings.Categories.as_view(), name="categories"),
    path("categories/<slug:key>/items/", settings.Items.as_view(), name="items"),
    path("plans/", plans.Plans.as_view(), name="plans"),
    path("plans/<uuid:plan_id>/", plans.OnePlan.as_view(), name="plan"),
    path("plans/<uuid:plan_id>/changes/", plans.PlanChanges.as_view(), name="plan-changes"),
    path("plans/<uuid:plan_id>/decisions/", plans.PlanDecisions.as_view(), name="plan-decisions"),
    path("runs/", runs.Runs.as_view(), name="runs"),
    path("runs/<uuid:run_id>/", runs.OneRun.as_view(), name="run"),
    path("runs/<uuid:run_id>/targets/", runs.RunTargets.as_view(), name="run-targets"),
    path("runs/<uuid:run_id>/targets/<slug:slug>/changes/", runs.RunTargetChanges.as_view(), name="target-changes"),
    path("runs/<uuid:run_id>/cancel/", runs.CancelRun.as_view(), name="cancel-run"),
    path("runs/<uuid:run_id>/retry/", runs.RetryRun.as_view(), name="retry-run"),
    path("runs/<uuid:run_id>/undo/", runs.UndoRun.as_view(), name="undo-run"),
    path("packages/", packages.Packages.as_view(), name="packages"),
    path("packages/<uuid:package_id>/", packages.OnePackage.as_view(), name="package"),
    path(
        "packages/<uuid:package_id>/assignments/",
        packages.PackageAssignments.as_view(),
        name="package-assignments",
    ),
    path("deviations/", deviations.Deviations.as_view(), name="deviations"),
    path("deviations/decide/", deviations.DecideDeviations.as_view(), name="decide-deviations"),
    path("alignment/", alignment.Alignment.as_view(), name="alignment"),
    path("webhooks/", webhooks.Webhooks.as_view(), name="webhooks"),
    path("webhooks/<uuid:webhook_id>/", webhooks.OneWebhook.as_view(), name="webhook"),
    path("webhooks/<uuid:webhook_id>/rotate/", webhooks.RotateSecret.as_view(), name="webhook-rotate"),
    path("webhooks/<uuid:webhook_id>/test/", webhooks.TestWebhook.as_view(), name="webhook-test"),
    path("webhooks/<uuid:webhook_id>/deliveries/", webhooks.Deliveries.as_view(), name="webhook-deliveries"),
    path(
        "webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/",
        webhooks.OneDelivery.as_view(),
        name="webhook-delivery",
    ),
    path(
        "webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/replay/",
        webhooks.ReplayDelivery.as_view(),
        name="webhook-replay",
    ),
    path("schema/", docs.Schema.as_view(), name="schema"),
    path("docs/", docs.show_docs, name="docs"),
    re_path(r"^", docs.NoSuchAddress.as_view()),
]
