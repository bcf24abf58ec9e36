"""Making, editing, ordering, archiving and deleting forms, in a real schema."""

import pytest

from catalog_kit.company_values import company_values
from catalog_kit.editing import EditRefused, StillUsed
from forms_catalog import services
from forms_catalog.documents import document_of, values_for_log
from forms_catalog.models import Field, Form, Section
from forms_catalog.rules import PLACEHOLDERS
from forms_catalog.samples import sample_values
from reference_data.models import WorkType
from sync_ledger.models import Edit
from tenants.permissions import NotAllowed
from workflows.models import Step, Workflow


@pytest.fixture
def do(within, owner):
    def call(service, **what):
        return service(acting_user=owner, administration=within, **what)

    return call


@pytest.fixture
def logged(maintenance):
    """The paths logged since the form was made."""
    return lambda: {edit.path: (edit.before, edit.after) for edit in Edit.objects.filter(uid=maintenance.form.uid)}


def labels(form):
    return [(section.title, [field.label for field in section.fields.all()]) for section in form.sections.all()]


def test_a_form_is_made_with_sections_and_fields_in_order(do):
    work_type = WorkType.objects.create(name="Onderhoud")
    form = do(services.create_form, values={"name": "Onderhoud", "work_types": [work_type]})
    first = do(services.add_section, form=form, values={"title": "Bezoek"})
    do(services.add_section, form=form, values={"title": "Metingen"})
    for label in ("Merk", "Type"):
        do(services.add_field, section=first, values={"label": label, "reference": label.lower()})
    assert labels(form) == [("Bezoek", ["Merk", "Type"]), ("Metingen", [])]
    assert list(form.work_types.all()) == [work_type]


def test_a_second_form_of_the_same_name_is_refused_in_words(do, maintenance):
    with pytest.raises(EditRefused) as refused:
        do(services.create_form, values={"name": " onderhoud CV-ketel "})
    assert "name" in refused.value.problems


def test_one_changed_field_is_one_line_in_the_log(do, maintenance, logged):
    do(services.update_part, part=maintenance.co_level, values={"is_required": True})
    assert logged() == {"sections/Metingen/CO-gehalte/is_required": (False, True)}


def test_a_new_title_is_one_line_in_the_log(do, maintenance, logged):
    do(services.update_part, part=maintenance.readings, values={"title": "Meetwaarden"})
    assert {path: change for path, change in logged().items() if path != "sections"} == {
        "sections/Metingen/title": ("Metingen", "Meetwaarden")
    }


def test_nothing_changed_is_nothing_logged(do, maintenance, logged):
    do(services.update_part, part=maintenance.co_level, values={"label": "CO-gehalte"})
    do(services.update_form, form=maintenance.form, values={"name": "Onderhoud cv-ketel", "work_types": []})
    assert logged() == {}


def test_fields_of_the_same_label_are_told_apart_in_the_log(do, maintenance):
    do(services.add_field, section=maintenance.readings, values={"label": "Druk", "reference": "druk_2"})
    paths = values_for_log(maintenance.form)
    assert "sections/Metingen/Druk/type" in paths
    assert "sections/Metingen/Druk (2)/type" in paths


def test_a_field_moves_within_its_section_and_its_order_is_logged(do, maintenance, logged):
    assert do(services.move_part, part=maintenance.pressure, up=True) is True
    assert labels(maintenance.form)[1] == ("Metingen", ["Druk", "CO-gehalte"])
    assert logged() == {"sections/Metingen/fields": (["CO-gehalte", "Druk"], ["Druk", "CO-gehalte"])}
    maintenance.pressure.refresh_from_db()
    assert do(services.move_part, part=maintenance.pressure, up=True) is False


def test_a_section_moves_with_its_fields(do, maintenance):
    do(services.update_part, part=maintenance.readings, values={"visible_if_field": None, "visible_if_value": ""})
    assert do(services.move_part, part=maintenance.visit, up=False) is True
    assert labels(maintenance.form) == [("Metingen", ["CO-gehalte", "Druk"]), ("Bezoek", ["Uitgevoerd"])]


def test_a_field_goes_to_another_section_and_comes_last_there(do, maintenance):
    do(services.update_part, part=maintenance.co_level, values={"section": maintenance.visit})
    assert labels(maintenance.form) == [("Bezoek", ["Uitgevoerd", "CO-gehalte"]), ("Metingen", ["Druk"])]


def ask_for_pressure(do, maintenance):
    """The CO level is asked for once there is a pressure, which stands above it."""
    do(services.move_part, part=maintenance.pressure, up=True)
    do(services.update_part, part=maintenance.co_level, values={"visible_if_field": maintenance.pressure})


@pytest.mark.parametrize(
    ("part", "up"), [("pressure", False), ("co_level", True), ("readings", True), ("visit", False)], ids=str
)
def test_nothing_moves_before_the_field_that_it_depends_on(do, maintenance, part, up):
    ask_for_pressure(do, maintenance)
    before = labels(maintenance.form)
    with pytest.raises(EditRefused, match="on whose answer it depends"):
        do(services.move_part, part=getattr(maintenance, part), up=up)
    assert labels(maintenance.form) == before


@pytest.mark.parametrize("to_another_section", [True, False])
def test_nothing_is_put_before_the_field_that_it_depends_on(do, maintenance, to_another_section):
    if to_another_section:
        ask_for_pressure(do, maintenance)
        part, values = maintenance.co_level, {"section": maintenance.visit}
    else:
        part, values = maintenance.co_level, {"visible_if_field": maintenance.pressure}
    with pytest.raises(EditRefused) as refused:
        do(services.update_part, part=part, values=values)
    assert "“Druk” stands further down" in str(refused.value.problems["visible_if_field"])


def test_a_field_on_which_others_depend_does_not_go_to_a_later_section(do, maintenance):
    do(services.add_section, form=maintenance.form, values={"title": "Slot"})
    with pytest.raises(EditRefused, match="on whose answer it depends"):
        do(services.update_part, part=maintenance.is_done, values={"section": Section.objects.get(title="Slot")})


def test_a_section_is_not_shown_depending_on_a_field_further_down(do, maintenance):
    with pytest.raises(EditRefused) as refused:
        do(services.update_part, part=maintenance.visit, values={"visible_if_field": maintenance.pressure})
    assert list(refused.value.problems) == ["visible_if_field"]


def test_a_field_goes_to_the_section_of_the_one_that_it_depends_on_and_comes_after_it(do, maintenance):
    ask_for_pressure(do, maintenance)
    do(services.add_section, form=maintenance.form, values={"title": "Slot"})
    last = Section.objects.get(title="Slot")
    do(services.update_part, part=maintenance.co_level, values={"section": last})
    do(services.update_part, part=maintenance.pressure, values={"section": maintenance.visit})
    do(services.update_part, part=maintenance.co_level, values={"section": maintenance.visit})
    assert labels(maintenance.form)[0] == ("Bezoek", ["Uitgevoerd", "Druk", "CO-gehalte"])


def test_a_form_that_is_out_of_order_already_can_be_edited_elsewhere(do, maintenance):
    Field.objects.filter(pk=maintenance.co_level.pk).update(visible_if_field=maintenance.pressure)
    do(services.update_part, part=maintenance.pressure, values={"label": "Waterdruk"})
    assert labels(maintenance.form)[1] == ("Metingen", ["CO-gehalte", "Waterdruk"])


def test_a_field_cannot_go_to_another_form(do, maintenance):
    other = Section.objects.create(form=Form.objects.create(name="Ander"), title="Elders")
    with pytest.raises(EditRefused) as refused:
        do(services.update_part, part=maintenance.co_level, values={"section": other})
    assert "section" in refused.value.problems


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"type": "radio"}, "options"),
        ({"default_value": "veel"}, "default_value"),
        ({"reference": "uitgevoerd"}, "reference"),
        ({"visible_if_value": "ja"}, "visible_if_value"),
    ],
)
def test_a_wrong_field_is_refused_beside_its_field(do, maintenance, values, wrong):
    before = document_of(maintenance.form)
    with pytest.raises(EditRefused) as refused:
        do(services.update_part, part=maintenance.co_level, values=values)
    assert list(refused.value.problems) == [wrong]
    assert document_of(maintenance.form) == before


def test_visibility_cannot_go_round(do, maintenance):
    with pytest.raises(EditRefused) as refused:
        do(services.update_part, part=maintenance.is_done, values={"visible_if_field": maintenance.co_level})
    assert "visible_if_field" in refused.value.problems


def test_an_edit_that_breaks_another_part_names_that_part(do, maintenance):
    with pytest.raises(EditRefused, match="Metingen"):
        do(services.update_part, part=maintenance.is_done, values={"options": ["gedaan", "nee"]})
    assert Field.objects.get(pk=maintenance.is_done.pk).options == ["ja", "nee"]


def test_what_was_wrong_already_does_not_stop_another_edit(do, maintenance):
    Section.objects.filter(pk=maintenance.readings.pk).update(visible_if_value="misschien")
    do(services.update_part, part=maintenance.pressure, values={"is_required": True})
    assert Field.objects.get(pk=maintenance.pressure.pk).is_required


def test_a_field_that_the_print_template_names_cannot_go(do, maintenance):
    do(services.update_form, form=maintenance.form, values={"print_template": "<p>{{ veld.co }}</p>"})
    with pytest.raises(EditRefused, match=r"veld\.co"):
        do(services.delete_part, part=maintenance.co_level)
    with pytest.raises(EditRefused) as refused:
        do(services.update_form, form=maintenance.form, values={"print_template": "<p>{{ veld.nox }}</p>"})
    assert "print_template" in refused.value.problems


def test_a_field_that_decides_over_others_cannot_go(do, maintenance):
    for part in (maintenance.is_done, maintenance.visit):
        with pytest.raises(EditRefused, match="“Metingen”"):
            do(services.delete_part, part=part)
    do(services.delete_part, part=maintenance.readings)
    do(services.delete_part, part=maintenance.visit)
    assert not Section.objects.exists()
    assert not Field.objects.exists()


def test_a_form_in_a_workflow_is_archived_but_not_deleted(do, maintenance):
    workflow = Workflow.objects.create(name="Onderhoud")
    step = Step.objects.create(workflow=workflow, type="predefined_form", form=maintenance.form, position=0)
    with pytest.raises(StillUsed, match="Archive it instead"):
        do(services.delete_form, form=maintenance.form)
    do(services.archive_form, form=maintenance.form)
    step.refresh_from_db()
    assert (step.form.name, step.form.is_archived, step.form.sections.count()) == ("Onderhoud cv-ketel", True, 2)


def test_an_unused_form_is_deleted_with_its_parts(do, maintenance, logged):
    do(services.delete_form, form=maintenance.form)
    assert not Field.objects.exists()
    assert logged()["name"] == ("Onderhoud cv-ketel", None)


def test_bringing_back_is_refused_when_the_name_is_taken(do, maintenance):
    do(services.archive_form, form=maintenance.form)
    do(services.create_form, values={"name": "Onderhoud cv-ketel"})
    with pytest.raises(EditRefused) as refused:
        do(services.unarchive_form, form=maintenance.form)
    assert "name" in refused.value.problems


def test_an_archived_work_type_stays_and_cannot_be_chosen(do, maintenance):
    gone = WorkType.objects.create(name="Vroeger", is_archived=True)
    with pytest.raises(EditRefused) as refused:
        do(services.update_form, form=maintenance.form, values={"work_types": [gone]})
    assert "work_types" in refused.value.problems
    maintenance.form.work_types.add(gone)
    do(services.update_form, form=maintenance.form, values={"description": "Nieuw", "work_types": [gone]})


def test_an_edit_on_top_of_an_edit_that_was_not_seen_is_refused(do, maintenance):
    seen = services.fingerprint_of(maintenance.co_level)
    do(services.update_part, part=maintenance.co_level, values={"help_text": "In ppm"}, seen=seen)
    with pytest.raises(EditRefused, match="Somebody else"):
        do(services.update_part, part=maintenance.co_level, values={"help_text": "In mg"}, seen=seen)


def test_a_part_that_is_gone_is_told(do, maintenance):
    Field.objects.filter(pk=maintenance.pressure.pk).delete()
    with pytest.raises(EditRefused, match="deleted by somebody else"):
        do(services.update_part, part=maintenance.pressure, values={"label": "X"})


def test_without_the_right_nothing_happens(within, colleague, maintenance):
    who = {"acting_user": colleague, "administration": within}
    before = values_for_log(maintenance.form)
    for call in (
        lambda: services.create_form(**who, values={"name": "X"}),
        lambda: services.update_form(**who, form=maintenance.form, values={"name": "X"}),
        lambda: services.archive_form(**who, form=maintenance.form),
        lambda: services.unarchive_form(**who, form=maintenance.form),
        lambda: services.delete_form(**who, form=maintenance.form),
        lambda: services.add_section(**who, form=maintenance.form, values={"title": "X"}),
        lambda: services.add_field(**who, section=maintenance.visit, values={"label": "X", "reference": "x"}),
        lambda: services.update_part(**who, part=maintenance.pressure, values={"label": "X"}),
        lambda: services.move_part(**who, part=maintenance.pressure, up=True),
        lambda: services.delete_part(**who, part=maintenance.pressure),
    ):
        with pytest.raises(NotAllowed):
            call()
    assert values_for_log(maintenance.form) == before
    assert Form.objects.count() == 1


def test_no_form_section_or_field_has_a_name_that_nobody_can_read(do, maintenance):
    for service, what, field in (
        (services.create_form, {"values": {"name": "\u200b", "work_types": []}}, "name"),
        (services.update_form, {"form": maintenance.form, "values": {"name": "\u2060"}}, "name"),
        (services.add_section, {"form": maintenance.form, "values": {"title": "\ufeff"}}, "title"),
        (services.update_part, {"part": maintenance.co_level, "values": {"label": "\u00ad"}}, "label"),
    ):
        with pytest.raises(EditRefused) as refused:
            do(service, **what)
        assert field in refused.value.problems


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("number", "1,50", "1.5"),
        ("date", "8-11-2026", "2026-11-08"),
        ("time", "9:30", "09:30"),
        ("text", "1,5", "1,5"),
    ],
)
def test_a_default_is_kept_in_one_form(do, maintenance, kind, typed, kept):
    values = {"label": "Extra", "reference": "extra", "type": kind, "default_value": typed}
    assert do(services.add_field, section=maintenance.visit, values=values).default_value == kept


def test_an_answer_that_decides_what_is_shown_is_kept_in_one_form(do, maintenance):
    values = {
        "label": "Extra",
        "reference": "extra",
        "visible_if_field": maintenance.pressure,
        "visible_if_value": "1,5",
    }
    assert do(services.add_field, section=maintenance.readings, values=values).visible_if_value == "1.5"
    with pytest.raises(EditRefused, match="1e3"):
        do(services.update_part, part=Field.objects.get(label="Extra"), values={**values, "visible_if_value": "1e3"})


class TestRenaming:
    """A field gets another id, or an option another code: what names it is told, and changes along when asked."""

    @pytest.fixture
    def named(self, maintenance):
        Field.objects.filter(pk=maintenance.pressure.pk).update(
            visible_when="${uitgevoerd} = 'ja' and ${co} > 3", valid_when=". > ${co}"
        )
        Form.objects.filter(pk=maintenance.form.pk).update(print_template="<p>{{ veld.co }} {{ veld.druk }}</p>")
        return maintenance

    def test_an_id_that_is_named_is_told_with_what_names_it(self, do, named):
        with pytest.raises(EditRefused) as refused:
            do(services.update_part, part=named.co_level, values={"reference": "co_2"})
        assert list(refused.value.problems) == ["change_along"]
        message = str(refused.value)
        assert "“Druk” (and only when)" in message
        assert "“Druk” (accepted when)" in message
        assert "the print template" in message
        assert Field.objects.get(pk=named.co_level.pk).reference == "co"

    def test_what_names_an_id_changes_along(self, do, named):
        do(services.update_part, part=named.co_level, values={"reference": "co_2", "change_along": True})
        field = Field.objects.get(pk=named.pressure.pk)
        assert (field.visible_when, field.valid_when) == ("${uitgevoerd} = 'ja' and ${co_2} > 3", ". > ${co_2}")
        assert Form.objects.get().print_template == "<p>{{ veld.co_2 }} {{ veld.druk }}</p>"

    def test_what_names_an_option_changes_along(self, do, named):
        values = {"options": ["gedaan", "nee"], "change_along": True}
        with pytest.raises(EditRefused, match="Metingen"):
            do(services.update_part, part=named.is_done, values={"options": ["gedaan", "nee"]})
        do(services.update_part, part=named.is_done, values=values)
        assert Section.objects.get(pk=named.readings.pk).visible_if_value == "gedaan"
        assert Field.objects.get(pk=named.pressure.pk).visible_when == "${uitgevoerd} = 'gedaan' and ${co} > 3"

    def test_the_default_follows_its_option(self, do, maintenance):
        do(services.update_part, part=maintenance.co_level, values={"type": "radio", "options": ["a", "b"]})
        do(services.update_part, part=maintenance.co_level, values={"default_value": "b"})
        do(services.update_part, part=maintenance.co_level, values={"options": ["a", "c"]})
        field = Field.objects.get(pk=maintenance.co_level.pk)
        assert (field.options, field.default_value) == (["a", "c"], "c")

    def test_an_option_that_goes_while_a_rule_asks_for_it_is_refused(self, do, named):
        with pytest.raises(EditRefused, match="one of the options"):
            do(services.update_part, part=named.is_done, values={"options": ["nee"], "change_along": True})

    @pytest.mark.parametrize(
        ("values", "becomes"),
        [
            ({"options": ["gedaan", "nee"]}, "{% if veld.uitgevoerd == 'gedaan' %}ja{% endif %}"),
            ({"option_labels": {"ja": "Helemaal"}}, "{% if veld.uitgevoerd == 'Helemaal' %}ja{% endif %}"),
            (
                {"reference": "klaar", "options": ["gedaan", "nee"]},
                "{% if veld.klaar == 'gedaan' %}ja{% endif %}",
            ),
        ],
    )
    def test_an_answer_that_the_print_template_asks_for_is_told_and_changes_along(
        self, do, maintenance, values, becomes
    ):
        Section.objects.update(visible_if_field=None, visible_if_value="")
        Form.objects.update(print_template="{% if veld.uitgevoerd == 'ja' %}ja{% endif %}")
        with pytest.raises(EditRefused, match="the print template"):
            do(services.update_part, part=maintenance.is_done, values=values)
        do(services.update_part, part=maintenance.is_done, values={**values, "change_along": True})
        assert Form.objects.get().print_template == becomes

    def test_another_label_that_nothing_asks_for_needs_no_agreement(self, do, maintenance):
        do(services.update_part, part=maintenance.is_done, values={"option_labels": {"ja": "Helemaal"}})
        assert Field.objects.get(pk=maintenance.is_done.pk).option_labels == {"ja": "Helemaal"}

    def test_what_nothing_names_is_renamed_at_once(self, do, maintenance):
        do(services.update_part, part=maintenance.pressure, values={"reference": "waterdruk"})
        assert Field.objects.get(pk=maintenance.pressure.pk).reference == "waterdruk"


@pytest.mark.parametrize(
    ("values", "wrong", "words"),
    [
        ({"visible_when": "${nergens} = 1"}, "visible_when", "has the id nergens"),
        ({"visible_when": "${uitgevoerd} = 'misschien'"}, "visible_when", "not one of the options"),
        ({"visible_when": "${uitgevoerd} ="}, "visible_when", "too early"),
        ({"visible_when": ". = 1"}, "visible_when", "the answer itself"),
        ({"visible_when": "${co} = 1"}, "visible_when", "wait for each other"),
        ({"valid_message": "Nee"}, "valid_message", "when an answer is accepted"),
        ({"type": "calculated"}, "formula", "Write the formula"),
        ({"formula": "1 + 1"}, "formula", "does not have this"),
        ({"type": "calculated", "formula": "${co} + 1"}, "formula", "wait for each other"),
        ({"type": "calculated", "formula": "1", "required_when": "1 = 1"}, "required_when", "no answer of its own"),
        ({"type": "calculated", "formula": "1", "is_required": True}, "is_required", "cannot be required"),
        ({"type": "own_list"}, "list_source", "Choose the list"),
        ({"type": "text", "unit": "bar"}, "unit", "does not have this"),
        ({"at_least": "veel"}, "at_least", "not a number"),
        ({"at_least": "3", "at_most": "2"}, "at_most", "less than"),
        ({"type": "date", "at_least": "31-02-2026"}, "at_least", "calendar"),
        ({"type": "photo", "at_most": "21"}, "at_most", "from 1 to 20"),
        ({"type": "rating", "at_most": "2.5"}, "at_most", "whole number"),
        ({"decimals": 7}, "decimals", "At most 6"),
        ({"type": "yes_no", "default_value": "misschien"}, "default_value", "options"),
        ({"type": "radio", "options": ["_a"], "allows_other": True}, "options", "underscore"),
    ],
)
def test_a_rule_or_limit_that_cannot_work_is_refused_beside_its_field(do, maintenance, values, wrong, words):
    with pytest.raises(EditRefused) as refused:
        do(services.update_part, part=maintenance.co_level, values=values)
    assert words in " ".join(refused.value.problems[wrong])


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"least_rows": 1}, "least_rows"),
        ({"repeats": True, "least_rows": 3, "most_rows": 2}, "most_rows"),
        ({"repeats": True, "most_rows": 201}, "most_rows"),
        ({"visible_when": "${co} = 1"}, "visible_when"),
    ],
)
def test_rows_and_rules_of_a_section_are_refused_beside_their_field(do, maintenance, values, wrong):
    with pytest.raises(EditRefused) as refused:
        do(
            services.update_part,
            part=maintenance.readings,
            values={"visible_if_field": None, "visible_if_value": "", **values},
        )
    assert wrong in refused.value.problems


def test_limits_are_kept_in_their_one_form(do, maintenance):
    do(services.update_part, part=maintenance.co_level, values={"at_least": "1,50", "at_most": " 3"})
    field = Field.objects.get(pk=maintenance.co_level.pk)
    assert (field.at_least, field.at_most) == ("1.5", "3")


@pytest.mark.parametrize(("pattern", "is_refused"), [("(", True), ("a(?!b)", True), ("[0-9]{4} ?[A-Z]{2}", False)])
def test_a_pattern_that_would_match_nothing_is_refused_beside_its_rule(do, maintenance, pattern, is_refused):
    values = {"valid_when": f"regex(., '{pattern}')"}
    if not is_refused:
        do(services.update_part, part=maintenance.pressure, values=values)
        return
    with pytest.raises(EditRefused) as refused:
        do(services.update_part, part=maintenance.pressure, values=values)
    assert list(refused.value.problems) == ["valid_when"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("klant.nam", "Did you mean {{ klant.naam }}?"),
        ("veld.druck", "Did you mean {{ veld.druk }}?"),
        ("bedrijfsnaam", "Did you mean {{ bedrijf.naam }}?"),
        ("veld.nergens", "no field of this form has that id"),
        ("klant.zwembad", "Choose one from the list of placeholders."),
        ("plan.doel", "It starts with bedrijf., klant., werkbon., formulier., veld.."),
    ],
)
def test_a_print_template_names_nothing_that_would_stay_empty_on_paper(do, maintenance, name, words):
    with pytest.raises(EditRefused) as refused:
        do(services.update_form, form=maintenance.form, values={"print_template": f"<p>{{{{ {name} }}}}</p>"})
    (message,) = refused.value.problems["print_template"]
    assert words in message


def test_what_a_print_template_may_name_is_what_its_sample_fills_in(main):
    filled_in = {*sample_values("Onderhoud"), *company_values(main)}
    assert set(PLACEHOLDERS) == filled_in
