"""A main administration with two subs, an edit that is published in it, and syncs; times are moved afterwards."""

from datetime import timedelta

import pytest
from django.utils import timezone

from forms_catalog.models import Form
from forms_catalog.services import update_form
from settings_sync.models import Package, Receipt, SyncRun
from settings_sync.planning.verdicts import Demand
from settings_sync.services.packages.packages import Asked, Contents, assign_package, create_package
from sync_ledger.models import Version
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_member
from tests.settings_sync.views.conftest import make_form, sync

HOUR = timedelta(hours=1)


@pytest.fixture
def joined(owner, child, other_child) -> list[Administration]:
    """Both subs, which were there long before anything was published."""
    rows = [child, other_child]
    for row in rows:
        make_member(row, user=owner)
    Administration.objects.update(created_at=timezone.now() - timedelta(weeks=40))
    return rows


@pytest.fixture
def form(owner, main, joined) -> Form:
    """A form that both have."""
    with inside(main):
        made = make_form("Onderhoud cv-ketel")
    sync(owner, main, *joined)
    return made


class Publisher:
    """Edits that form in the main administration, and brings it."""

    def __init__(self, owner, main, form) -> None:
        self.owner, self.main, self.form = owner, main, form

    def publish(self, text: str, ago: timedelta) -> None:
        """Another description, as if that was so long ago."""
        with inside(self.main):
            update_form(acting_user=self.owner, administration=self.main, form=self.form, values={"description": text})
            newest = Version.objects.filter(uid=self.form.uid).first()
            Version.objects.filter(pk=newest.pk).update(at=timezone.now() - ago)

    def bring(self, *children: Administration, ago: timedelta) -> SyncRun:
        """A sync of it that was written so long ago."""
        run = sync(self.owner, self.main, *children, items=[self.form.uid])
        Receipt.objects.filter(target__run=run).update(written_at=timezone.now() - ago)
        return run


@pytest.fixture
def publisher(owner, main, form) -> Publisher:
    return Publisher(owner, main, form)


@pytest.fixture
def package(owner, main, joined, form) -> Package:
    """A package of the form, that the first sub is to have."""
    made = create_package(acting_user=owner, main=main, name="Ketels", contents=Contents(items=[form.uid]))
    assign_package(acting_user=owner, package=made, assignments=[Asked(Demand.REQUIRED, administration=joined[0].slug)])
    return made
