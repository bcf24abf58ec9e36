"""Where a setting of a sub-administration comes from, and in what it is otherwise here."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from forms_catalog.models import Field, Form, Section
from reference_data.models import WorkType
from settings_sync.models import Alignment
from settings_sync.services.administrations.alignment import fold_alignment, note_reviews
from settings_sync.services.administrations.sub_administrations import list_subs
from settings_sync.services.settings.origins import origin_of
from sync_ledger.edits import record_edits
from sync_ledger.models import Base, Deviation
from templates_catalog.models import MessageTemplate
from tenants.schemas import inside
from tests.conftest import make_member
from tests.contracts.world import CATEGORIES, Company
from tests.settings_sync.views.conftest import browser, make_form, sync
from tests.settings_sync.views.test_plans import text_of
from workflows.models import Workflow

KIND = "forms_catalog.form"
YESTERDAY = timezone.localdate() - datetime.timedelta(days=1)


@pytest.fixture
def joined(owner, child):
    make_member(child, user=owner)
    return child


@pytest.fixture
def form(owner, main, joined):
    """A form that came from the main administration."""
    with inside(main):
        form = make_form("Onderhoud cv-ketel")
    sync(owner, main, joined)
    return form


def edit(administration, user, label="CO hier"):
    with inside(administration):
        field = Field.objects.get()
        path = f"sections/{field.section.title}/{field.label}/label"
        record_edits(acting_user=user, item=field.section.form, before={path: field.label}, after={path: label})
        Field.objects.update(label=label)


def keep(administration, form, **stated):
    with inside(administration):
        Deviation.objects.create(kind=KIND, uid=form.uid, decided_at=timezone.now(), **stated)


def test_what_came_from_the_main_one_says_so_and_since_when(main, joined, form):
    origin = origin_of(joined, KIND, form.uid)
    assert (origin.main, origin.at.date(), origin.changes) == (main.name, timezone.now().date(), ())


def test_a_setting_of_its_own_and_one_of_the_main_have_no_origin(main, joined, form):
    with inside(joined):
        own = Form.objects.create(name="Van hier")
    assert origin_of(joined, KIND, own.uid) is None
    assert origin_of(main, KIND, form.uid) is None


def test_a_changed_field_tells_who_changed_it(owner, joined, form):
    edit(joined, owner)
    (change,) = origin_of(joined, KIND, form.uid).changes
    assert (change.place, change.edit.by) == ("sectie “Metingen” › veld “CO hier” › label", str(owner))


def test_what_was_changed_and_put_back_is_no_change(owner, joined, form):
    edit(joined, owner)
    with inside(joined):
        Field.objects.update(label="CO-gehalte")
    assert origin_of(joined, KIND, form.uid).changes == ()


def test_a_part_of_this_administration_is_told_once(joined, form):
    with inside(joined):
        Section.objects.create(form=Form.objects.get(), title="Alleen hier", position=2)
    (change,) = origin_of(joined, KIND, form.uid).changes
    assert "Alleen hier" in change.place


def test_the_page_of_the_form_shows_it_with_what_was_agreed(owner, joined, form, main):
    edit(joined, owner)
    keep(joined, form, reason="klantwens", review_on=YESTERDAY, decided_by="Planner")
    said = text_of(browser(owner).get(reverse("forms_catalog:edit", args=[joined.slug, form.uid])))
    assert f"from {main.name}," in said
    assert f"changed here by {owner}," in said
    assert "Agreed to be otherwise here: The whole setting klantwens" in said
    assert "should have been looked at again on" in said


def test_a_review_that_is_due_asks_attention_in_the_list_and_on_the_settings(owner, main, joined, form):
    keep(joined, form, review_on=YESTERDAY)
    fold_alignment(everything=True)
    (sub,) = list_subs(acting_user=owner, main=main)
    assert [item.code for item in sub.attention] == ["review"]
    client = browser(owner)
    assert "look again since" in text_of(client.get(reverse("sync:administrations", args=[main.slug])))
    said = text_of(client.get(reverse("settings-home", args=[joined.slug])))
    assert "should have been looked at again on" in said


def test_one_that_is_not_due_yet_does_not(owner, main, joined, form):
    keep(joined, form, review_on=timezone.localdate() + datetime.timedelta(days=1))
    fold_alignment(everything=True)
    (sub,) = list_subs(acting_user=owner, main=main)
    assert sub.attention == ()
    assert Alignment.objects.exclude(review_on=None).exists()


def test_what_is_no_longer_kept_asks_nothing_any_more(owner, main, joined, form):
    keep(joined, form, review_on=YESTERDAY)
    fold_alignment(everything=True)
    with inside(joined):
        Deviation.objects.all().delete()
    note_reviews(joined)
    (sub,) = list_subs(acting_user=owner, main=main)
    assert sub.attention == ()


def test_the_number_of_queries_does_not_depend_on_how_much_changed(owner, joined, form):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            origin_of(joined, KIND, form.uid)
        return len(captured)

    edit(joined, owner)
    with_one = queries()
    with inside(joined):
        section = Section.objects.get()
        for number in range(5):
            extra = {"label": f"Extra {number}", "reference": f"e{number}", "position": number + 2}
            Field.objects.create(section=section, type="text", **extra)
    assert queries() == with_one


LISTS = {
    "forms_catalog:list": lambda name: make_form(name),
    "workflows:list": lambda name: Workflow.objects.create(name=name),
    "templates:list": lambda name: MessageTemplate.objects.create(kind="sms", name=name),
    "reference_data:list": lambda name: WorkType.objects.create(name=name),
}


def sync_everything(owner, main, child):
    Company(main, owner).sync(child, categories=CATEGORIES)


def list_page(user, administration, page):
    more = ["work-types"] if page == "reference_data:list" else []
    return browser(user).get(reverse(page, args=[administration.slug, *more]))


@pytest.mark.parametrize("page", LISTS)
def test_a_list_says_of_every_row_where_it_came_from_however_many_there_are(owner, main, joined, page):
    with inside(main):
        items = [LISTS[page](name) for name in ("Als daar", "Hier anders")]
    sync_everything(owner, main, joined)
    with inside(joined):
        type(items[1]).objects.filter(name="Hier anders").update(name="Hier heel anders")
    list_page(owner, joined, page)
    with CaptureQueriesContext(connection) as with_two:
        list_page(owner, joined, page)
    with inside(joined):
        for name in ("Zelf gemaakt", "Nog een", "En nog een"):
            LISTS[page](name)
    with CaptureQueriesContext(connection) as with_five:
        said = text_of(list_page(owner, joined, page))
    assert len(with_five) == len(with_two)
    today = date_format(timezone.localdate(), "j M")
    assert f"Als daar from {main.name}, {today} " in said
    assert f"Hier heel anders from {main.name}, {today} · changed here" in said
    assert "Zelf gemaakt own" in said
    assert f"from {main.name}" not in text_of(list_page(owner, main, page))


def test_what_is_kept_of_a_kind_that_is_no_more_breaks_no_page(owner, main, joined, form):
    """As after a release without a catalog: the ledger remembers it, and nobody can be told what it is."""
    keep(joined, form, path="", is_pinned=True, reason="Ons eigen")
    with inside(joined):
        known = {"kind": "shelf.gone", "uid": form.uid, "decided_at": timezone.now()}
        Deviation.objects.create(path="x/y", is_pinned=True, reason="Weg", **known)
        Base.objects.create(digest=b"x", **known)
    page = browser(owner).get(reverse("sync:kept", args=[joined.slug]))
    assert page.status_code == 200
    assert "Ons eigen" in text_of(page)
    assert "Weg" not in text_of(page)
