"""Sections and fields put in another place, made once more, removed and brought back: by services and by the pages."""

import pytest
from django.urls import reverse

from catalog_kit.editing import EditRefused
from forms_catalog import copies, services
from forms_catalog.models import Field, Section

IN_PARTS = {"HX-Request": "true"}


@pytest.fixture
def do(within, owner):
    def call(service, **what):
        return service(acting_user=owner, administration=within, **what)

    return call


@pytest.fixture
def address(within):
    return lambda name, *args: reverse(f"forms_catalog:{name}", args=[within.slug, *args])


@pytest.fixture
def free(maintenance):
    """The form, in which nothing depends on the place of anything."""
    Section.objects.update(visible_if_field=None, visible_if_value="")
    for number in range(2, 5):
        Field.objects.create(
            section=maintenance.readings, label=f"Meting {number}", reference=f"m{number}", position=number
        )
    return maintenance


def labels(section):
    return [field.label for field in section.fields.order_by("position")]


def test_the_last_field_becomes_the_first(do, free):
    last = Field.objects.get(label="Meting 4")
    do(services.place_part, part=last, section=free.readings, after=None)
    assert labels(free.readings) == ["Meting 4", "CO-gehalte", "Druk", "Meting 2", "Meting 3"]


def test_a_field_goes_after_another_one_up_and_down(do, free):
    do(services.place_part, part=free.co_level, after=Field.objects.get(label="Meting 3").uid)
    assert labels(free.readings) == ["Druk", "Meting 2", "Meting 3", "CO-gehalte", "Meting 4"]
    do(services.place_part, part=Field.objects.get(label="Meting 4"), after=free.pressure.uid)
    assert labels(free.readings) == ["Druk", "Meting 4", "Meting 2", "Meting 3", "CO-gehalte"]


def test_a_field_goes_to_a_place_in_another_section(do, free):
    do(services.place_part, part=free.pressure, section=free.visit, after=free.is_done.uid)
    assert labels(free.visit) == ["Uitgevoerd", "Druk"]
    do(services.place_part, part=free.co_level, section=free.visit, after=None)
    assert labels(free.visit) == ["CO-gehalte", "Uitgevoerd", "Druk"]


def test_what_stands_after_something_that_is_gone_is_not_moved(do, free):
    gone = free.pressure.uid
    free.pressure.delete()
    before = labels(free.readings)
    with pytest.raises(EditRefused):
        do(services.place_part, part=free.co_level, after=gone)
    assert labels(free.readings) == before


def test_a_field_after_itself_stays(do, free):
    before = labels(free.readings)
    do(services.place_part, part=free.pressure, after=free.pressure.uid)
    assert labels(free.readings) == before


def test_a_new_field_comes_between_two(owner_client, address, free):
    page = f"{address('new_field', free.readings.uid)}?after={free.co_level.uid}"
    typed = {"section": free.readings.pk, "label": "Ertussen", "type": "text", "reference": "", "options": ""}
    assert owner_client.post(page, typed).status_code == 302
    assert labels(free.readings)[:3] == ["CO-gehalte", "Ertussen", "Druk"]


def test_a_new_section_comes_between_two(owner_client, address, free):
    owner_client.post(f"{address('new_section', free.form.uid)}?after={free.visit.uid}", {"title": "Ertussen"})
    assert [section.title for section in free.form.sections.all()] == ["Bezoek", "Ertussen", "Metingen"]


def test_a_copy_of_a_field_comes_after_it_with_an_id_of_its_own(do, free):
    made = do(copies.duplicate_part, part=free.co_level)
    assert made.reference == "co_2"
    assert labels(free.readings)[:3] == ["CO-gehalte", "CO-gehalte", "Druk"]


def test_rules_within_a_copied_section_name_the_copies(do, free):
    Field.objects.filter(pk=free.pressure.pk).update(visible_when="${co} > 1", visible_if_field=free.co_level)
    made = do(copies.duplicate_part, part=free.readings)
    copy = made.fields.get(label="Druk")
    assert copy.visible_when == "${co_2} > 1"
    assert copy.visible_if_field == made.fields.get(label="CO-gehalte")
    assert [section.title for section in free.form.sections.all()] == ["Bezoek", "Metingen", "Metingen"]


def test_a_removed_field_comes_back_as_the_same_one_where_it_stood(do, free):
    before = labels(free.readings)
    removed = copies.as_removed(free.pressure)
    uid = free.pressure.uid
    do(services.delete_part, part=free.pressure)
    do(copies.bring_back, form=free.form, removed=removed)
    assert labels(free.readings) == before
    assert Field.objects.get(label="Druk").uid == uid


def test_a_removed_section_comes_back_with_its_fields_and_what_they_wait_for(do, free):
    Field.objects.filter(pk=free.pressure.pk).update(visible_if_field=free.co_level)
    Section.objects.filter(pk=free.readings.pk).update(visible_if_field=free.is_done)
    section = Section.objects.get(pk=free.readings.pk)
    before = labels(section)
    removed = copies.as_removed(section)
    do(services.delete_part, part=section)
    made = do(copies.bring_back, form=free.form, removed=removed)
    assert (made.uid, labels(made), made.visible_if_field) == (free.readings.uid, before, free.is_done)
    assert made.fields.get(label="Druk").visible_if_field.label == "CO-gehalte"


def test_what_came_back_already_is_not_brought_back_again(do, free):
    with pytest.raises(EditRefused):
        do(copies.bring_back, form=free.form, removed=copies.as_removed(free.pressure))


class TestPages:
    def test_a_move_is_answered_with_no_more_than_what_was_said(self, owner_client, address, free):
        where = {"section": str(free.readings.uid), "after": ""}
        last = Field.objects.get(label="Meting 4")
        answer = owner_client.post(address("move_part", "fields", last.uid), where, headers=IN_PARTS)
        assert answer.status_code == 200
        assert "Meting 3" not in answer.text
        assert labels(free.readings)[0] == "Meting 4"

    def test_a_refused_move_says_so_and_moves_nothing(self, owner_client, address, maintenance):
        url = address("move_part", "sections", maintenance.readings.uid)
        answer = owner_client.post(url, {"after": ""}, headers=IN_PARTS)
        assert "data-refused" in answer.text
        assert "Metingen" in answer.text
        assert list(Section.objects.values_list("title", flat=True)) == ["Bezoek", "Metingen"]

    def test_without_a_script_a_place_is_chosen_on_a_page(self, owner_client, address, free):
        url = address("move_part", "fields", free.pressure.uid)
        page = owner_client.get(url)
        places = {words: value for value, words, _own in page.context["places"]}
        to = places["first in “Bezoek”"] if "first in “Bezoek”" in places else places["vooraan in “Bezoek”"]
        answer = owner_client.post(url, {"place": to})
        assert answer.headers["Location"].endswith(f"#part-{free.pressure.uid}")
        assert labels(free.visit) == ["Druk", "Uitgevoerd"]

    def test_a_section_goes_first_by_the_page(self, owner_client, address, free):
        owner_client.post(address("move_part", "sections", free.readings.uid), {"place": ""})
        assert [section.title for section in free.form.sections.all()] == ["Metingen", "Bezoek"]

    def test_a_place_in_another_form_is_none(self, owner_client, address, free):
        other = Section.objects.create(form=type(free.form).objects.create(name="Ander"), title="Ander")
        url = address("move_part", "fields", free.pressure.uid)
        assert owner_client.post(url, {"section": str(other.uid), "after": ""}).status_code == 404
        assert owner_client.post(url, {"section": "x", "after": ""}).status_code == 404

    def test_what_was_deleted_is_brought_back(self, owner_client, address, free):
        owner_client.post(address("delete_part", "fields", free.pressure.uid))
        assert "Druk" not in labels(free.readings)
        page = owner_client.get(address("edit", free.form.uid))
        assert address("bring_back_part", free.form.uid) in page.text
        owner_client.post(address("bring_back_part", free.form.uid))
        assert "Druk" in labels(free.readings)
        again = owner_client.post(address("bring_back_part", free.form.uid), headers=IN_PARTS)
        assert "data-refused" in again.text

    def test_a_copy_comes_with_its_section(self, owner_client, address, free):
        answer = owner_client.post(address("duplicate_part", "fields", free.co_level.uid), headers=IN_PARTS)
        assert answer.text.count('data-name="CO-gehalte"') == 2
        assert 'data-name="Uitgevoerd"' not in answer.text

    def test_what_was_done_is_said_once(self, owner_client, address, free):
        page = owner_client.post(address("duplicate_part", "fields", free.co_level.uid), follow=True)
        assert page.text.count("notice ok") == 1
        part = owner_client.post(address("duplicate_part", "fields", free.co_level.uid), headers=IN_PARTS)
        assert part.text.count("notice ok") == 1

    def test_a_search_leaves_what_has_its_words(self, owner_client, address, free):
        page = owner_client.get(address("edit", free.form.uid), {"q": "meting 3"}).text
        assert 'data-name="Meting 3"' in page
        assert 'data-name="Meting 4"' not in page
        assert 'data-name="Bezoek"' not in page

    def test_the_page_takes_as_many_queries_for_many_questions(
        self, owner_client, address, free, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(1000) as few:
            owner_client.get(address("edit", free.form.uid))
        Field.objects.bulk_create(
            Field(section=free.visit, label=f"V{n}", reference=f"v{n}", position=10 + n) for n in range(40)
        )
        with django_assert_max_num_queries(len(few)):
            owner_client.get(address("edit", free.form.uid))
