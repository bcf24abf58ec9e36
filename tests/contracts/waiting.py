"""A run that waits for the word of somebody else."""

from accounts.models import User
from forms_catalog.models import Form
from settings_sync.models import Approval, SyncPolicy
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import start_run
from tenants.models import Administration
from tenants.schemas import inside


def wait_for_approval(asker: User, main: Administration, child: Administration, name: str) -> Approval:
    """Ask for a sync of a new form of this name, while every sync waits; afterwards they do not any more."""
    with inside(main):
        Form.objects.create(name=name)
    plan = create_plan(acting_user=asker, main=main, targets=[child.slug], categories=["forms"])
    SyncPolicy.objects.update_or_create(administration=main, defaults={"approval_always": True})
    run = start_run(acting_user=asker, plan=plan, version=plan.version, note=name)
    SyncPolicy.objects.filter(administration=main).update(approval_always=False)
    return Approval.objects.get(run=run)
