"""Shared blocks on their way: they come with what names them, follow what a merge makes of texts, and form no ring."""

import pytest

from settings_sync.models import Change
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.undos.undoing import create_undo_plan
from templates_catalog import services
from templates_catalog.models import Block, MessageTemplate
from tenants.models import Administration
from tenants.schemas import inside
from tests.contracts.world import Company, make_company

pytestmark = pytest.mark.usefixtures("db")

TEMPLATES = ["templates"]


@pytest.fixture
def db(standing: None) -> None:
    """The database stands for this module; each test starts with empty settings."""


@pytest.fixture(scope="module")
def standing_company(standing: None) -> tuple[Company, Administration]:
    company = make_company()
    return company, company.child("Noord")


@pytest.fixture
def company(standing_company: tuple[Company, Administration]) -> Company:
    company, child = standing_company
    company.sweep(child)
    return company


@pytest.fixture
def child(standing_company: tuple[Company, Administration]) -> Administration:
    return standing_company[1]


def make(company, model, name, **values):
    with inside(company.main):
        who = {"acting_user": company.owner, "administration": company.main}
        return services.create_template(**who, model=model, values={"name": name, **values})


def edit(company, administration, item, **values):
    with inside(administration):
        found = type(item).objects.get(uid=item.uid)
        who = {"acting_user": company.owner, "administration": administration}
        services.update_template(**who, item=found, values=values)


def mail(company, body):
    return make(company, MessageTemplate, "Afspraak", kind="email", subject="Hoi", body=body)


def linked_in(administration):
    with inside(administration):
        return sorted(MessageTemplate.objects.get().blocks.values_list("name", flat=True))


def run(company, plan):
    done = company.run(plan, confirmation=company.main.slug)
    assert done.state == "succeeded", list(done.targets.values("error_code", "error_detail"))
    return done


def test_what_names_it_brings_it_along_however_deep_and_takes_it_back(company, child):
    inner = make(company, Block, "Logo", body="<b>{{ bedrijf.naam }}</b>")
    footer = make(company, Block, "Voettekst", body="{{ blok.Logo }}")
    letter = mail(company, "<p>Hoi</p>{{ blok.Voettekst }}")
    plan = company.plan(child, items=[letter.uid])
    needed = {change.uid: change.needed_by for change in Change.objects.filter(plan_target__plan=plan)}
    assert set(needed) == {inner.uid, footer.uid, letter.uid}
    assert [reason["label"] for reason in needed[footer.uid]] == ["Afspraak"]
    assert [reason["label"] for reason in needed[inner.uid]] == ["Voettekst"]
    done = run(company, plan)
    assert linked_in(child) == ["Voettekst"]
    run(company, create_undo_plan(acting_user=company.owner, run=done))
    with inside(child):
        assert not Block.objects.exists()


def test_blocks_are_linked_by_what_a_merge_makes_of_the_text(company, child):
    for name in ("Kop", "Voet", "Bon"):
        make(company, Block, name, body=name)
    letter = mail(company, "{{ blok.Kop }}{{ blok.Voet }}")
    company.sync(child, categories=TEMPLATES)
    edit(company, company.main, letter, body="{{ blok.Kop }}{{ blok.Bon }}")
    edit(company, child, letter, body="<p>Hier</p>{{ blok.Voet }}")
    for word, linked in ((Word.KEEP_LOCAL, ["Voet"]), (Word.OVERWRITE, ["Bon", "Kop"])):
        plan = company.plan(child, categories=TEMPLATES)
        change = Change.objects.get(plan_target__plan=plan, uid=letter.uid)
        assert change.action == "hold"
        plan = decide(acting_user=company.owner, plan=plan, version=1, decisions=[Asked(letter.uid, word, path="body")])
        done = run(company, plan)
        assert linked_in(child) == linked
        run(company, create_undo_plan(acting_user=company.owner, run=done))
    assert linked_in(child) == ["Voet"]


def test_a_ring_that_arises_by_merging_is_held_with_the_way_round(company, child):
    first = make(company, Block, "Een", body="een")
    second = make(company, Block, "Twee", body="twee")
    make(company, Block, "Drie", body="drie")
    company.sync(child, categories=TEMPLATES)
    edit(company, company.main, first, body="{{ blok.Twee }}")
    with inside(company.main):
        Block.objects.filter(name="Drie").update(body="anders")
    edit(company, child, second, body="{{ blok.Een }}")
    plan = company.plan(child, categories=TEMPLATES)
    held = Change.objects.get(plan_target__plan=plan, uid=first.uid)
    assert (held.action, held.verdict) == ("hold", "invalid")
    assert "Een" in held.facts["problem"] and "Twee" in held.facts["problem"]
    company.run(plan)
    with inside(child):
        assert dict(Block.objects.values_list("name", "body")) == {
            "Een": "een",
            "Twee": "{{ blok.Een }}",
            "Drie": "anders",
        }


def test_what_the_main_removed_is_archived_while_something_here_names_it(company, child):
    footer = make(company, Block, "Voettekst", body="Groet")
    company.sync(child, categories=TEMPLATES)
    with inside(child):
        who = {"acting_user": company.owner, "administration": child}
        values = {"kind": "email", "name": "Eigen", "subject": "x", "body": "{{ blok.Voettekst }}"}
        services.create_template(**who, model=MessageTemplate, values=values)
    with inside(company.main):
        Block.objects.get(uid=footer.uid).delete()
    plan = company.plan(child, categories=TEMPLATES, policies={"removed_in_source": "delete"})
    assert Change.objects.get(plan_target__plan=plan, uid=footer.uid).action == "archive"
    run(company, plan)
    with inside(child):
        assert Block.objects.get().is_archived
