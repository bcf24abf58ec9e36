"""Deciding about a change on its page."""

import re

import pytest
from django.db import connection
from django.utils import timezone, translation

from business.models import Customer, WorkOrder
from forms_catalog.models import Field, Form, Section
from reference_data.models import WorkStatus, WorkType
from settings_sync.exceptions import NameMissing, NameNotUsable
from settings_sync.models import Change, Decision, Plan
from settings_sync.planning.verdicts import Word
from settings_sync.services.deciding.deciding import Asked, decide
from settings_sync.services.runs.runs import start_run
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_member

from .conftest import carry_out, make_form, make_plan, sync
from .test_plans import text_of


def relabel(administration, label):
    with inside(administration):
        Field.objects.update(label=label)


@pytest.fixture
def conflict(owner, main, joined, form):
    """A preview in which both sides have another label for the same field."""
    sync(owner, main, joined)
    relabel(main, "CO (groep)")
    relabel(joined, "CO (hier)")
    return make_plan(owner, main, joined)


def change_of(plan, form):
    return Change.objects.get(plan_target__plan=plan, uid=form.uid)


def sent(plan, **values):
    return {"version": plan.version, **values}


def path_of(change):
    ((path, _side),) = change.conflicts
    return path


def test_a_conflict_is_decided_field_by_field_and_withdrawn(owner_client, url, owner, conflict, form, joined):
    change = change_of(conflict, form)
    address = url("change", conflict.pk, change.pk)
    said = text_of(owner_client.get(address))
    for words in (
        f"Keep that of {joined.name}",
        "Take that of the main administration",
        "CO (groep)",
        "CO (hier)",
    ):
        assert words in said
    assert "keep_local" not in said
    assert re.search(r"<button[^>]* disabled", owner_client.get(url("plan", conflict.pk)).content.decode())
    path = f"path:{path_of(change)}"
    answer = owner_client.post(
        address, sent(conflict, word="merge", reason="klantwens", review_on="2027-01-31", **{path: "keep_local"})
    )
    assert answer["Location"] == f"{url('plan', conflict.pk)}#questions"
    said = text_of(owner_client.get(url("plan", conflict.pk)))
    assert "Start sync: remember that 1 setting stays as it is" in said
    decision = Decision.objects.get()
    assert (decision.word, f"path:{decision.path}", decision.reason) == ("keep_local", path, "klantwens")
    said = text_of(owner_client.get(address))
    assert f"Keep that of {joined.name}" in said.split("What was decided")[1].split("Withdraw")[0]
    assert str(owner) in said
    conflict.refresh_from_db()
    owner_client.post(address, sent(conflict, withdraw="yes"))
    assert not Decision.objects.exists()
    assert change_of(conflict, form).action == "hold"


@pytest.mark.parametrize(("side", "word"), [("local", "keep_local"), ("source", "overwrite")])
def test_clicking_one_of_two_versions_decides_the_field_that_both_changed(
    owner_client, url, conflict, form, side, word
):
    change = change_of(conflict, form)
    address = url("change", conflict.pk, change.pk)
    page = owner_client.get(address).content.decode()
    assert page.index("CO (hier)", page.index('class="cards"')) < page.index("CO (groep)", page.index('class="cards"'))
    assert '<fieldset class="field pair' not in page
    owner_client.post(address, sent(conflict, take=side, reason="klantwens"))
    decided = Decision.objects.exclude(path="").get()
    assert (decided.word, decided.path, decided.reason) == (word, path_of(change), "klantwens")


def test_of_several_fields_each_has_its_own_two_cards_and_one_line_takes_all(
    owner_client, url, owner, main, joined, form
):
    sync(owner, main, joined)
    for administration, label, is_required in ((main, "CO (groep)", True), (joined, "CO (hier)", True)):
        with inside(administration):
            Field.objects.update(label=label, is_required=is_required, help_text=f"Uitleg bij {label}")
    plan = make_plan(owner, main, joined)
    change = change_of(plan, form)
    address = url("change", plan.pk, change.pk)
    page = owner_client.get(address).content.decode()
    assert page.count('<fieldset class="field pair') == len(change.conflicts) == 2
    one, other = (path for path, _side in change.conflicts)
    answer = owner_client.post(address, sent(plan, take="each"))
    assert "Choose for each field" in text_of(answer)
    owner_client.post(address, sent(plan, take="each", **{f"path:{one}": "keep_local", f"path:{other}": "overwrite"}))
    decided = Decision.objects.exclude(path="").values_list("path", "word")
    assert dict(decided) == {one: "keep_local", other: "overwrite"}
    plan.refresh_from_db()
    owner_client.post(address, sent(plan, take="local"))
    assert dict(decided.all()) == {one: "keep_local", other: "keep_local"}


def test_what_cannot_be_decided_keeps_what_was_filled_in(owner_client, url, owner, conflict, form):
    address = url("change", conflict.pk, change_of(conflict, form).pk)
    answer = owner_client.post(address, sent(conflict, word="merge", reason="klantwens"))
    assert "Choose for each field below" in text_of(answer)
    decide(acting_user=owner, plan=conflict, version=1, decisions=[Asked(form.uid, Word.SKIP)])
    answer = owner_client.post(address, sent(conflict, word="overwrite", reason="klantwens"))
    assert "This preview has changed since you looked at it" in text_of(answer)
    page = answer.content.decode()
    assert 'value="klantwens"' in page
    assert re.search(r'name="version" value="2"', page)
    assert Decision.objects.get().word == "skip"
    owner_client.post(address, {"version": "2", "word": "overwrite", "reason": "klantwens"})
    assert Decision.objects.get().word == "overwrite"


def test_the_same_conflict_elsewhere_is_decided_at_once(owner_client, url, owner, main, joined, other_child, form):
    make_member(other_child, user=owner)
    sync(owner, main, joined, other_child)
    for administration, label in ((main, "CO (groep)"), (joined, "CO (hier)"), (other_child, "CO (daar)")):
        relabel(administration, label)
    plan = make_plan(owner, main, joined, other_child)
    change = Change.objects.get(plan_target__plan=plan, uid=form.uid, plan_target__administration=joined)
    address = url("change", plan.pk, change.pk)
    assert f"Also in the other administration where this is asked: {other_child.name}" in text_of(
        owner_client.get(address)
    )
    owner_client.post(address, sent(plan, word="overwrite", scope="all"))
    assert Decision.objects.count() == 2
    assert not Change.objects.filter(plan_target__plan=plan, action="hold").exists()


@pytest.mark.parametrize(("name", "is_preselected"), [("Onderhoud cv-ketel", True), ("ONDERHOUD cv-ketel", False)])
def test_a_taken_name_is_coupled_and_only_an_equal_one_preselected(
    owner_client, url, owner, main, joined, form, name, is_preselected
):
    with inside(joined):
        own = Form.objects.create(name=name)
        Form.objects.create(name="Iets heel anders")
    plan = make_plan(owner, main, joined)
    address = url("change", plan.pk, change_of(plan, form).pk)
    page = owner_client.get(address).content.decode()
    assert bool(re.search(r'value="couple:same"[^>]* checked', page)) is is_preselected
    assert " selected" not in page.split('name="couple_with"')[1].split("</select>")[0].replace('value="" selected', "")
    assert page.index(name) < page.index("Iets heel anders")
    answer = owner_client.post(address, sent(plan, word="create_as", name=" "))
    assert "Give the name that it should have." in text_of(answer)
    owner_client.post(address, sent(plan, word="couple:same"))
    assert (change_of(plan, form).action, change_of(plan, form).couples) == ("couple", own.uid)
    assert "is coupled" in text_of(owner_client.get(url("plan", plan.pk)))


def test_nothing_can_be_decided_after_it_was_carried_out(owner_client, url, owner, conflict, form):
    change = change_of(conflict, form)
    carry_out(start_run(acting_user=owner, plan=conflict, version=1))
    address = url("change", conflict.pk, change.pk)
    assert "Keep that of" not in text_of(owner_client.get(address))
    assert owner_client.post(address, sent(conflict, word="overwrite")).status_code == 200
    assert not Decision.objects.exists()


def test_what_would_be_coupled_stands_side_by_side_with_what_uses_it(owner_client, url, owner, main, joined, form):
    with inside(joined):
        own = make_form("Onderhoud cv-ketel")
        Field.objects.filter(section__form=own).update(label="Zoals het hier heet")
        WorkType.objects.update(name="Alleen hier")
    plan = make_plan(owner, main, joined)
    said = text_of(owner_client.get(url("change", plan.pk, change_of(plan, form).pk)))
    here = said.split("Metingen")[-1]
    assert "CO-gehalte" in said.split("Metingen")[1]
    assert "Zoals het hier heet" in here
    assert "Shown for these work types Alleen hier" in said


def test_what_uses_a_setting_stands_next_to_it_before_it_is_coupled(owner_client, url, owner, main, joined):
    for administration in (main, joined):
        with inside(administration):
            work_type = WorkType.objects.create(name="Onderhoud")
    with inside(joined):
        customer, status = (
            Customer.objects.create(number=1, name="Bakker"),
            WorkStatus.objects.create(code="P", name="Gepland"),
        )
        WorkOrder.objects.create(number=1, customer=customer, work_type=work_type, status=status)
    plan = make_plan(owner, main, joined, categories=["reference_data"])
    said = text_of(owner_client.get(url("change", plan.pk, Change.objects.get(label="Onderhoud").pk)))
    assert "Onderhoud used by 1 open work order" in said
    assert "Onderhoud – used by 1 open work order" in said


def test_a_coupling_is_shown_as_what_becomes_of_the_content(owner_client, url, owner, main, joined, form):
    with inside(joined):
        own = make_form("Onderhoud ketel")
        WorkType.objects.update(name="Alleen hier")
    plan = make_plan(owner, main, joined)
    address = url("change", plan.pk, change_of(plan, form).pk)
    owner_client.post(address, sent(plan, word="couple", couple_with=str(own.uid)))
    page = owner_client.get(address)
    said = text_of(page)
    assert "Now Becomes" in said
    assert "Nothing is written" not in said
    assert "Shown for these work types Alleen hier Werk bij Onderhoud cv-ketel" in said
    assert "Name Onderhoud ketel Onderhoud cv-ketel" in said
    assert f'value="{own.uid}" selected' in page.content.decode()


def test_a_coupling_is_no_question_where_the_setting_is_merely_new(
    owner_client, url, owner, main, joined, other_child, form
):
    make_member(other_child, user=owner)
    with inside(joined):
        own = make_form("Onderhoud ketel")
    plan = make_plan(owner, main, joined, other_child)
    change = Change.objects.get(plan_target__plan=plan, uid=form.uid, plan_target__administration=joined)
    decide(
        acting_user=owner,
        plan=plan,
        version=1,
        decisions=[Asked(form.uid, Word.COUPLE, joined.slug, couple_with=own.uid)],
    )
    assert "The same is asked in" not in text_of(owner_client.get(url("change", plan.pk, change.pk)))


def test_the_parts_of_both_sides_stand_below_their_own_sections(owner_client, url, owner, main, joined, form):
    with inside(joined):
        own = make_form("Onderhoud ketel")
        Section.objects.filter(form=own).update(title="Toestel")
        Field.objects.filter(section__form=own).update(label="Merk", reference="merk")
    plan = make_plan(owner, main, joined)
    decide(acting_user=owner, plan=plan, version=1, decisions=[Asked(form.uid, Word.COUPLE, couple_with=own.uid)])
    said = text_of(owner_client.get(url("change", plan.pk, change_of(plan, form).pk)))
    order = [said.index(words) for words in ("Section “Metingen” is", "field “CO-gehalte”")]
    other = [
        said.index(words)
        for words in (f"Section “Toestel” only in {joined.name}", f"field “Merk” only in {joined.name}")
    ]
    assert max(order) < min(other) or max(other) < min(order)


def test_what_goes_is_shown_in_full(owner_client, url, owner, main, joined, form):
    sync(owner, main, joined)
    with inside(main):
        form.delete()
    plan = make_plan(owner, main, joined, categories=["forms"], policies={"removed_in_source": "archive"})
    change = change_of(plan, form)
    assert change.action == "archive"
    said = text_of(owner_client.get(url("change", plan.pk, change.pk)))
    assert f"This is what {joined.name} has now:" in said
    assert "CO-gehalte" in said


@pytest.mark.parametrize("is_part", [True, False])
def test_a_change_of_an_administration_that_was_deleted_since_can_be_looked_at(
    owner_client, url, owner, conflict, form, joined, is_part
):
    Administration.objects.filter(pk=joined.pk).update(state=Administration.State.DELETED)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {joined.schema_name} CASCADE")
    headers = {"hx-request": "true"} if is_part else {}
    answer = owner_client.get(url("change", conflict.pk, change_of(conflict, form).pk), headers=headers)
    assert answer.status_code == 200
    assert "CO (hier)" in text_of(answer)
    assert "What is to happen?" not in text_of(answer)


def test_an_expired_preview_asks_nothing(owner_client, url, owner, conflict, form):
    Plan.objects.update(expires_at=timezone.now())
    said = text_of(owner_client.get(url("change", conflict.pk, change_of(conflict, form).pk)))
    assert "What is to happen?" not in said


def test_a_name_is_shown_as_it_is_written(owner_client, url, owner, main, joined, form):
    sync(owner, main, joined)
    with inside(main):
        Form.objects.update(name="Meting <b>vet</b> < 5")
    plan = make_plan(owner, main, joined)
    page = owner_client.get(url("change", plan.pk, change_of(plan, form).pk)).content.decode()
    assert page.count("Meting &lt;b&gt;vet&lt;/b&gt; &lt; 5") >= 2
    assert re.search(r'class="new[^>]*>Meting &lt;b&gt;vet&lt;/b&gt; &lt; 5<', page)


def test_texts_that_differ_in_markup_alone_are_not_shown_as_equal(owner_client, url, owner, main, joined, form):
    sync(owner, main, joined)
    for administration, tag in ((main, "b"), (joined, "i")):
        with inside(administration):
            Form.objects.update(description=f"<{tag}>let op</{tag}>")
    plan = make_plan(owner, main, joined)
    said = owner_client.get(url("change", plan.pk, change_of(plan, form).pk)).content.decode()
    assert "&lt;b&gt;let op" in said
    assert "&lt;i&gt;let op" in said


def test_a_name_that_hides_something_is_refused_beside_its_field(owner_client, url, owner, main, joined, form):
    with inside(joined):
        Form.objects.create(name="Onderhoud cv-ketel")
    plan = make_plan(owner, main, joined)
    name = "Ketel \u202egpj.exe"
    address = url("change", plan.pk, change_of(plan, form).pk)
    answer = owner_client.post(address, sent(plan, word="create_as", name=name))
    assert "A character stands here that nobody sees" in text_of(answer)
    for refused, error, said in (
        (name, NameNotUsable, "A character stands here that nobody sees"),
        ("Twee\nregels", NameNotUsable, "A character stands here that nobody sees"),
        ("\u200b", NameNotUsable, "Only invisible characters stand here"),
        ("k" * 201, NameNotUsable, "At most 200 characters"),
        ("  ", NameMissing, "Give “Onderhoud cv-ketel” the name"),
    ):
        with translation.override("en"):
            with pytest.raises(error) as raised:
                decide(
                    acting_user=owner, plan=plan, version=1, decisions=[Asked(form.uid, Word.CREATE_AS, name=refused)]
                )
            assert said in str(raised.value)
    assert not Decision.objects.exists()


def test_coupling_side_by_side_is_offered_where_there_is_something_to_couple(
    owner_client, url, owner, main, joined, other_child, form
):
    make_member(other_child, user=owner)
    sync(owner, main, joined)
    relabel(main, "CO (groep)")
    relabel(joined, "CO (hier)")
    with inside(other_child):
        Form.objects.create(name="Onderhoud cv-ketel")
    plan = make_plan(owner, main, joined, other_child)
    page = owner_client.get(url("plan", plan.pk)).content.decode()
    assert [url("takeover", plan.pk, child.slug) in page for child in (joined, other_child)] == [False, True]


def test_an_option_that_both_renamed_is_asked_about_by_its_name(owner_client, url, owner, main, joined, form):
    for administration in (main, joined):
        with inside(administration):
            Field.objects.update(type="dropdown", options=["Remeha", "Nefit"])
    sync(owner, main, joined)
    for administration, options in ((main, ["Atag", "Remeha", "Nefit Bosch"]), (joined, ["Remeha", "Nefit NL"])):
        with inside(administration):
            Field.objects.update(options=options)
    plan = make_plan(owner, main, joined)
    change = change_of(plan, form)
    said = text_of(owner_client.get(url("change", plan.pk, change.pk))).split("Which one stays?")[1]
    for words in (
        "options › “Nefit”",
        f"Keep that of {joined.name} Nefit NL",
        "Take that of the main administration Nefit Bosch",
    ):
        assert words in said
    owner_client.post(
        url("change", plan.pk, change.pk), sent(plan, word="merge", **{f"path:{path_of(change)}": "overwrite"})
    )
    assert Decision.objects.get().path == path_of(change)
    assert change_of(plan, form).action == "update"


def test_what_only_the_administration_has_is_asked_about_once_it_is_coupled(
    owner_client, url, owner, main, joined, form
):
    with inside(joined):
        own = make_form("Onderhoud ketel")
        section = Section.objects.get(form=own)
        mine = Field.objects.create(section=section, reference="lek", label="Lekkage", position=9)
    plan = make_plan(owner, main, joined)
    address = url("change", plan.pk, change_of(plan, form).pk)
    owner_client.post(address, sent(plan, word="couple", couple_with=str(own.uid)))
    plan.refresh_from_db()
    said = text_of(owner_client.get(address))
    assert "the parts that only it has stay" in said
    assert "Lekkage" in said
    path = f"path:field/{mine.uid}"
    owner_client.post(address, sent(plan, word="couple", couple_with=str(own.uid), **{path: "overwrite"}))
    assert (change_of(plan, form).action, change_of(plan, form).conflicts) == (
        "couple",
        [[f"field/{mine.uid}", "source"]],
    )


def test_what_the_main_made_anew_takes_the_others_place_by_one_click(owner_client, url, owner, main, joined, form):
    sync(owner, main, joined)
    with inside(main):
        form.delete()
        anew = Form.objects.create(name=form.name)
    plan = make_plan(owner, main, joined)
    address = url("change", plan.pk, change_of(plan, anew).pk)
    page = owner_client.get(address).content.decode()
    assert re.search(r'value="couple:same"[^>]* checked', page)
    assert f"Let it take the place of “{form.name}”" in text_of(owner_client.get(address))
    assert url("change", plan.pk, change_of(plan, anew).pk) in owner_client.get(url("plan", plan.pk)).content.decode()
    owner_client.post(address, sent(plan, word="couple:same"))
    assert (change_of(plan, anew).action, change_of(plan, anew).couples) == ("couple", form.uid)
    plan.refresh_from_db()
    carry_out(start_run(acting_user=owner, plan=plan, version=plan.version))
    with inside(joined):
        assert list(Form.objects.values_list("uid", "name")) == [(anew.uid, form.name)]
