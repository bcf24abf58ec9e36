"""A sub-administration that lost its schema, a table or a column is named and left out; the others go on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import translation

from reference_data.models import WorkType
from settings_sync.exceptions import AdministrationDamaged, NothingToRetry
from settings_sync.models import SyncRun, SyncTarget
from settings_sync.services.administrations import due
from settings_sync.services.administrations.alignment import fold_alignment
from settings_sync.services.administrations.sub_administrations import list_subs
from settings_sync.services.runs.pruning import prune
from settings_sync.services.runs.runs import retry_run
from settings_sync.services.settings.settings_tree import read_settings_tree
from settings_sync.services.support.attention import read_attention
from settings_sync.services.support.support_search import search_everywhere
from settings_sync.services.undos.undoing import create_undo_plan
from settings_sync.shapes.answers import shape_plan
from tenants.migrating import migrate_everything
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("committed")
CATEGORIES = ["reference_data"]

DAMAGES = {
    "schema": ("DROP SCHEMA {schema} CASCADE", "its data is gone from the database"),
    "table": ("DROP TABLE {schema}.forms_catalog_field CASCADE", "its database lacks forms_catalog_field"),
    "column": (
        "ALTER TABLE {schema}.reference_data_worktype RENAME COLUMN description TO words",
        "its database lacks reference_data_worktype.description",
    ),
    "ledger": ("DROP TABLE {schema}.sync_ledger_indexentry", "its database lacks sync_ledger_indexentry"),
}
DUTCH = {
    "schema": "de gegevens zijn weg uit de database",
    "table": "in de database ontbreekt forms_catalog_field",
    "column": "in de database ontbreekt reference_data_worktype.description",
    "ledger": "in de database ontbreekt sync_ledger_indexentry",
}


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def everybodys_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counting looks into a few administrations each time; here into all."""
    monkeypatch.setattr(due, "LOOKED_AT_ONCE", 1000)


@dataclass
class Damaged:
    """Three sub-administrations; `broken` was synced once and then lost what `words` say."""

    company: Company
    whole: list[Administration]
    broken: Administration
    sort: str

    @property
    def words(self) -> str:
        return DAMAGES[self.sort][1]

    @property
    def all(self) -> list[Administration]:
        return [*self.whole, self.broken]


def run_sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def made_three(sort: str, before: Callable[[Company, list[Administration]], Any] | None = None) -> Damaged:
    company = make_company()
    children = [company.child(name) for name in ("Noord", "Oost", "Kapot")]
    with inside(company.main):
        WorkType.objects.create(name="Onderhoud")
    company.sync(*children, categories=CATEGORIES)
    fold_alignment()
    if before is not None:
        before(company, children)
    run_sql(DAMAGES[sort][0].format(schema=children[-1].schema_name))
    return Damaged(company, children[:-1], children[-1], sort)


@pytest.fixture(params=DAMAGES)
def damaged(request: pytest.FixtureRequest) -> Iterator[Damaged]:
    found = made_three(request.param)
    with inside(found.company.main):
        WorkType.objects.create(name="Storing")
    yield found
    forget(found.broken)


def forget(broken: Administration) -> None:
    """Keep a broken administration out of what other tests do with all of them."""
    Administration.objects.filter(pk=broken.pk).update(state=Administration.State.DELETED)


@pytest.fixture
def client_of(damaged: Damaged) -> Client:
    client = Client()
    client.force_login(damaged.company.owner)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def names(administration: Administration) -> list[str]:
    with inside(administration):
        return sorted(WorkType.objects.values_list("name", flat=True))


def test_a_plan_plans_for_the_others_and_says_of_the_broken_one_why_not(damaged):
    plan = damaged.company.plan(*damaged.all, categories=CATEGORIES)
    assert plan.state == "ready"
    targets = {target.administration.slug: target for target in plan.targets.select_related("administration")}
    for child in damaged.whole:
        assert targets[child.slug].counts["create"] == 1
        assert targets[child.slug].why_left_out == ""
    left_out = targets[damaged.broken.slug]
    assert left_out.counts == {}
    assert damaged.words in left_out.why_left_out
    with translation.override("nl"):
        assert DUTCH[damaged.sort] in left_out.why_left_out
    shaped = {row["administration"]: row for row in shape_plan(plan, targets.values())["targets"]}
    assert shaped[damaged.broken.slug]["error"]["code"] == "left-out"
    assert shaped[damaged.whole[0].slug]["error"] is None


def test_a_run_brings_the_others_and_says_of_the_broken_one_why_not(damaged):
    run = damaged.company.run(damaged.company.plan(*damaged.all, categories=CATEGORIES))
    assert run.state == SyncRun.State.PARTLY_FAILED
    for child in damaged.whole:
        assert names(child) == ["Onderhoud", "Storing"]
    target = run.targets.get(administration=damaged.broken)
    assert (target.state, target.error_code) == (SyncTarget.State.SKIPPED, "left-out")
    assert damaged.words in target.error_detail
    with pytest.raises(NothingToRetry):
        retry_run(acting_user=damaged.company.owner, run=run)


def test_a_plan_for_the_broken_one_alone_says_why_not(damaged):
    with pytest.raises(AdministrationDamaged) as refused:
        damaged.company.plan(damaged.broken, categories=CATEGORIES)
    assert damaged.words in refused.value.detail


def test_taking_back_takes_back_the_others(damaged):
    first = SyncRun.objects.filter(administration=damaged.company.main).latest("created_at")
    undo = create_undo_plan(acting_user=damaged.company.owner, run=first)
    run = damaged.company.run(undo, confirmation=damaged.company.main.slug)
    assert run.state == SyncRun.State.PARTLY_FAILED
    for child in damaged.whole:
        assert names(child) == []
    assert run.targets.get(administration=damaged.broken).error_code == "left-out"


def test_counting_goes_on_and_notes_what_is_wrong(damaged):
    assert fold_alignment() >= len(damaged.whole)
    damaged.broken.refresh_from_db()
    assert damaged.broken.state == Administration.State.ACTIVE
    assert damaged.broken.went_wrong == damaged.words
    subs = {sub.slug: sub for sub in list_subs(acting_user=damaged.company.owner, main=damaged.company.main)}
    for child in damaged.whole:
        assert subs[child.slug].cannot_sync == ""
        assert subs[child.slug].counts["missing"] == 1
    assert subs[damaged.broken.slug].cannot_sync == damaged.words
    assert [item.code for item in subs[damaged.broken.slug].attention] == ["damaged"]
    assert damaged.broken in read_attention().failed_administrations


def test_the_wizard_shows_the_others_and_names_the_broken_one(damaged, client_of):
    address = f"/a/{damaged.company.main.slug}/settings/administrations/sync/"
    before = client_of.get(address)  # nobody has noticed yet
    assert before.status_code == 200
    fold_alignment()
    for language, words in (("en", damaged.words), ("nl", DUTCH[damaged.sort])):
        client_of.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        page = client_of.get(address).content.decode()
        assert words in page
        assert f'id="to-{damaged.whole[0].slug}"' in page
    assert "Storing" in page


def test_pages_never_break(damaged, client_of):
    main = f"/a/{damaged.company.main.slug}/settings/administrations/"
    plan = damaged.company.plan(*damaged.all, categories=CATEGORIES)
    page = client_of.get(f"{main}sync/{plan.pk}/")
    assert page.status_code == 200
    assert damaged.words in page.content.decode()
    run = damaged.company.run(plan)
    for path in ("", f"runs/{run.pk}/", "runs/"):
        assert client_of.get(f"{main}{path}").status_code == 200, path
    own = client_of.get(f"/a/{damaged.broken.slug}/")
    assert own.status_code in (200, 503)


def test_what_goes_over_all_administrations_goes_on(damaged):
    tree = read_settings_tree(damaged.company.main, damaged.all)
    assert tree.categories
    search_everywhere("Storing")
    prune(days=1)
    migrate_everything()


@pytest.mark.parametrize(
    "command", [("export_settings", "--to"), ("import_settings", "--from")], ids=lambda row: row[0]
)
def test_no_files_are_made_of_or_read_into_what_is_not_whole(tmp_path, command):
    found = made_three("schema")
    name, option = command
    with pytest.raises(CommandError, match="Kapot cannot be synced: its data is gone") as refused:
        call_command(name, found.broken.slug, option, str(tmp_path))
    assert refused.value.returncode == 2
    forget(found.broken)


def test_what_is_lost_between_preview_and_run_fails_there_alone():
    plans = []

    def plan(company: Company, children: list[Administration]) -> None:
        with inside(company.main):
            WorkType.objects.create(name="Storing")
        plans.append(company.plan(*children, categories=CATEGORIES))

    found = made_three("column", plan)
    run = found.company.run(plans[0])
    assert run.state == SyncRun.State.PARTLY_FAILED
    for child in found.whole:
        assert names(child) == ["Onderhoud", "Storing"]
    target = run.targets.get(administration=found.broken)
    assert (target.state, target.error_code) == (SyncTarget.State.FAILED, "administration-damaged")
    run_sql(f"ALTER TABLE {found.broken.schema_name}.reference_data_worktype RENAME COLUMN words TO description")
    retry_run(acting_user=found.company.owner, run=run)
    assert found.company.finish(run).state == SyncRun.State.SUCCEEDED
    fold_alignment()
    found.broken.refresh_from_db()
    assert found.broken.went_wrong == ""
