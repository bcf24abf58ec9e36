"""The pages of forms, as a browser without JavaScript uses them."""

import pytest
from django.test import Client
from django.urls import reverse

from forms_catalog.models import WITH_OPTIONS, Field, FieldType, Form, Section
from reference_data.models import WorkType

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def address(within):
    return lambda name, *args: reverse(f"forms_catalog:{name}", args=[within.slug, *args])


def a_field(section, **values):
    return {"section": section.pk, "label": "NOx", "reference": "", "type": "text", "options": "", **values}


def test_an_empty_list_says_what_to_do(owner_client, address):
    assert address("new") in owner_client.get(address("list")).content.decode()


def test_a_form_is_built_page_by_page(owner_client, address):
    work_type = WorkType.objects.create(name="Onderhoud")
    details = {"name": "Controle", "description": "Jaarlijks", "work_types": [work_type.pk], "print_template": ""}
    made = owner_client.post(address("new"), details)
    form = Form.objects.get()
    assert made.headers["Location"] == address("edit", form.uid)
    owner_client.post(address("new_section", form.uid), {"title": "Metingen"})
    section = Section.objects.get()
    typed = a_field(section, label="Soort toestel", type="radio", options="cv\r\n\r\nwarmtepomp\r\n")
    assert owner_client.post(address("new_field", section.uid), typed).status_code == 302
    field = Field.objects.get()
    assert (field.reference, field.options) == ("soort_toestel", ["cv", "warmtepomp"])
    page = owner_client.get(address("edit", form.uid)).content.decode()
    assert all(words in page for words in ("Controle", "Jaarlijks", "Onderhoud", "Metingen", "Soort toestel", "cv · w"))


def test_an_option_keeps_its_code_when_its_text_changes(owner_client, address, maintenance):
    form_address = address("edit_part", "fields", maintenance.is_done.uid)
    typed = a_field(maintenance.visit, label="Uitgevoerd", reference="uitgevoerd", type="radio")
    owner_client.post(form_address, {**typed, "options": "ja = Ja, helemaal\r\nnee"})
    field = Field.objects.get(pk=maintenance.is_done.pk)
    assert (field.options, field.option_labels) == (["ja", "nee"], {"ja": "Ja, helemaal"})
    page = owner_client.get(form_address)
    assert page.context["form"]["options"].value() == "ja = Ja, helemaal\nnee"
    form_page = " ".join(owner_client.get(address("edit", maintenance.form.uid)).text.split())
    assert "Ja, helemaal · nee" in form_page
    condition = form_page.partition("“Uitgevoerd”")[2]
    assert "“Ja, helemaal”" in condition[:60]


@pytest.mark.parametrize(
    ("line", "code", "label"),
    [
        ("pH = 7", "pH = 7", None),
        ("pH = 7 = zuurgraad", "pH = 7", "zuurgraad"),
        ("pH = 8", "pH", "8"),
        ("pH=8", "pH=8", None),
        ("pH = ", "pH =", None),
        ("= 8", "= 8", None),
        ("zelfde = zelfde", "zelfde", None),
    ],
)
def test_options_are_read_as_they_are_shown(owner_client, address, maintenance, line, code, label):
    Field.objects.filter(pk=maintenance.pressure.pk).update(type="radio", options=["pH = 7"])
    typed = a_field(maintenance.readings, label="Druk", reference="druk", type="radio", options=line)
    owner_client.post(address("edit_part", "fields", maintenance.pressure.uid), typed)
    field = Field.objects.get(pk=maintenance.pressure.pk)
    assert (field.options, field.option_labels) == ([code], {} if label is None else {code: label})


def test_an_empty_id_is_made_from_the_label_and_stays_unique(owner_client, address, maintenance):
    for label in ("CO", "CO!"):
        owner_client.post(address("new_field", maintenance.visit.uid), a_field(maintenance.visit, label=label))
    made = Field.objects.filter(section=maintenance.visit).exclude(pk=maintenance.is_done.pk)
    assert [field.reference for field in made] == ["co_2", "co_3"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"label": ""}, "label"),
        ({"label": "a\x00b"}, "label"),
        ({"reference": "met spatie"}, "reference"),
        ({"reference": "co"}, "reference"),
        ({"type": "moon"}, "type"),
        ({"type": "dropdown"}, "options"),
        ({"options": "a"}, "options"),
        ({"type": "number", "default_value": "veel"}, "default_value"),
        ({"type": "information", "is_required": "on"}, "is_required"),
        ({"section": "999999"}, "section"),
        ({"section": "x"}, "section"),
        ({"visible_if_field": "999999"}, "visible_if_field"),
        ({"visible_if_value": "ja"}, "visible_if_value"),
    ],
)
def test_a_wrong_field_is_answered_beside_its_field(owner_client, address, maintenance, wrong, field):
    page = owner_client.post(address("new_field", maintenance.visit.uid), a_field(maintenance.visit) | wrong)
    assert page.status_code == 200
    assert field in page.context["form"].errors
    assert Field.objects.count() == 3


def test_an_answer_that_the_other_field_does_not_offer_is_refused(owner_client, address, maintenance):
    shown = {"visible_if_field": maintenance.is_done.pk, "visible_if_value": "misschien"}
    page = owner_client.post(address("new_field", maintenance.visit.uid), a_field(maintenance.visit) | shown)
    assert "visible_if_value" in page.context["form"].errors


def test_a_section_and_a_field_are_changed_on_their_own_page(owner_client, address, maintenance):
    url = address("edit_part", "fields", maintenance.pressure.uid)
    page = owner_client.get(url)
    typed = a_field(maintenance.visit, label="Waterdruk", type="number", reference="druk", seen=page.context["seen"])
    answer = owner_client.post(url, typed)
    assert answer.headers["Location"] == f"{address('edit', maintenance.form.uid)}#part-{maintenance.pressure.uid}"
    maintenance.pressure.refresh_from_db()
    assert (maintenance.pressure.label, maintenance.pressure.section) == ("Waterdruk", maintenance.visit)
    section_url = address("edit_part", "sections", maintenance.readings.uid)
    owner_client.post(section_url, {"title": "Altijd", "visible_if_field": "", "visible_if_value": ""})
    maintenance.readings.refresh_from_db()
    assert (maintenance.readings.title, maintenance.readings.visible_if_field) == ("Altijd", None)


def test_somebody_elses_edit_is_not_overwritten(owner_client, address, maintenance):
    url = address("edit_part", "fields", maintenance.pressure.uid)
    seen = owner_client.get(url).context["seen"]
    Field.objects.filter(pk=maintenance.pressure.pk).update(help_text="In bar")
    page = owner_client.post(url, a_field(maintenance.readings, label="X", reference="x", seen=seen))
    assert page.status_code == 200
    assert page.context["form"].non_field_errors()
    assert not Field.objects.filter(label="X").exists()


def test_what_would_stand_before_the_field_that_it_depends_on_does_not_move_and_the_page_says_why(
    owner_client, address, maintenance
):
    url = address("move_part", "sections", maintenance.visit.uid)
    page = owner_client.post(url, {"direction": "down"}, follow=True)
    assert "“Metingen” staat vóór “Uitgevoerd”, terwijl het van dat antwoord afhangt." in page.content.decode()
    assert list(Section.objects.values_list("title", flat=True)) == ["Bezoek", "Metingen"]


def test_parts_move_with_plain_buttons(owner_client, address, maintenance):
    Section.objects.update(visible_if_field=None, visible_if_value="")
    owner_client.post(address("move_part", "fields", maintenance.pressure.uid), {"direction": "up"})
    owner_client.post(address("move_part", "sections", maintenance.visit.uid), {"direction": "down"})
    owner_client.post(address("move_part", "sections", maintenance.visit.uid), {"direction": "down"})
    assert list(Section.objects.values_list("title", flat=True)) == ["Metingen", "Bezoek"]
    assert [field.label for field in maintenance.readings.fields.all()] == ["Druk", "CO-gehalte"]


def test_parts_are_deleted_after_asking(owner_client, address, maintenance):
    url = address("delete_part", "sections", maintenance.readings.uid)
    assert "2 velden" in owner_client.get(url).content.decode() or "2 fields" in owner_client.get(url).content.decode()
    assert Section.objects.count() == 2
    owner_client.post(url)
    assert list(Section.objects.all()) == [maintenance.visit]


def test_a_deciding_field_is_not_deleted_and_the_page_says_why(owner_client, address, maintenance):
    url = address("delete_part", "fields", maintenance.is_done.uid)
    assert "Metingen" in owner_client.get(url).content.decode()
    assert owner_client.post(url).status_code == 200
    assert Field.objects.filter(pk=maintenance.is_done.pk).exists()


def test_a_form_is_archived_brought_back_and_deleted(owner_client, address, maintenance):
    uid = maintenance.form.uid
    owner_client.post(address("archive", uid))
    assert owner_client.get(address("list")).context["rows"] == []
    assert [row["form"] for row in owner_client.get(address("list") + "?archived=1").context["rows"]] == [
        maintenance.form
    ]
    owner_client.post(address("unarchive", uid))
    assert owner_client.get(address("delete", uid)).status_code == 200
    owner_client.post(address("delete", uid))
    assert not Form.objects.exists()


def test_details_are_changed(owner_client, address, maintenance):
    url = address("details", maintenance.form.uid)
    page = owner_client.get(url)
    typed = {"name": "Onderhoud", "description": "", "print_template": "<p>{{ veld.co }}</p>"}
    assert owner_client.post(url, typed | {"seen": page.context["seen"]}).status_code == 302
    refused = owner_client.post(url, typed | {"print_template": "<p>{{ veld.niets }}</p>"})
    assert "print_template" in refused.context["form"].errors
    with_script = {"print_template": "<p>{{ veld.co }}</p><script>x</script>", "seen": ""}
    assert owner_client.post(url, typed | with_script).status_code == 302
    maintenance.form.refresh_from_db()
    assert (maintenance.form.name, maintenance.form.print_template) == ("Onderhoud", "<p>{{ veld.co }}</p>")


def test_what_is_typed_is_escaped(owner_client, address, maintenance):
    Field.objects.filter(pk=maintenance.pressure.pk).update(label="<script>alert(1)</script>")
    assert "<script>alert(1)" not in owner_client.get(address("edit", maintenance.form.uid)).content.decode()


@pytest.mark.parametrize("page", ["list", "editor"])
def test_more_rows_take_no_more_queries(
    owner_client, address, maintenance, django_assert_num_queries, django_assert_max_num_queries, page
):
    url = address("list") if page == "list" else address("edit", maintenance.form.uid)
    owner_client.get(url)
    with django_assert_max_num_queries(100) as captured:
        owner_client.get(url)
    before = len(captured)
    for number in range(2, 5):
        Form.objects.create(name=f"Formulier {number}")
        section = Section.objects.create(form=maintenance.form, title=f"Sectie {number}", position=number)
        Field.objects.create(section=section, label="Veld", reference=f"veld_{number}")
    owner_client.get(url)  # takes what was made into the index, once
    with django_assert_num_queries(before):
        owner_client.get(url)


def test_others_do_not_get_in(address, maintenance, colleague, stranger):
    parts = ("fields", maintenance.pressure.uid)
    for user, expected in ((colleague, 403), (stranger, 404)):
        client = Client()
        client.force_login(user)
        for name, args in (("list", ()), ("edit", (maintenance.form.uid,)), ("edit_part", parts)):
            assert client.get(address(name, *args)).status_code == expected
        for name in ("move_part", "delete_part"):
            assert client.post(address(name, *parts)).status_code == expected
    assert Field.objects.count() == 3


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("edit", (UNKNOWN,)),
        ("details", (UNKNOWN,)),
        ("new_section", (UNKNOWN,)),
        ("new_field", (UNKNOWN,)),
        ("edit_part", ("fields", UNKNOWN)),
        ("edit_part", ("moons", UNKNOWN)),
    ],
)
def test_what_does_not_exist_is_not_found(owner_client, address, name, args):
    assert owner_client.get(address(name, *args)).status_code == 404


def test_a_search_that_the_database_cannot_hold_finds_nothing_wrong(owner_client, address):
    assert owner_client.get(address("list"), {"q": "cv\0"}).status_code == 200


def test_a_print_template_is_seen_with_a_sample(owner_client, address, maintenance):
    url = address("preview_print", maintenance.form.uid)
    stored = owner_client.get(url)
    assert "CO-gehalte" in stored.text
    typed = owner_client.post(url, {"print_template": "<p>{{ klant.naam }}: {{ veld.co }} ppm</p>"})
    assert "<p>Bakkerij De Korenaar: 1,5 ppm</p>" in typed.text
    assert "sandbox" in typed.headers["Content-Security-Policy"]
    maintenance.form.refresh_from_db()
    assert maintenance.form.print_template == ""


def test_a_print_template_that_cannot_be_used_is_told_where_its_sample_would_stand(owner_client, address, maintenance):
    page = owner_client.post(address("preview_print", maintenance.form.uid), {"print_template": "{{ veld.nergens }}"})
    assert "veld.nergens" in page.text


def test_every_kind_of_question_has_a_sample_on_paper(owner_client, address, maintenance):
    for position, (kind, label) in enumerate(FieldType.choices, 10):
        options = ["ja", "nee"] if kind in WITH_OPTIONS else []
        Field.objects.create(
            section=maintenance.visit,
            label=f"Vraag {label}",
            reference=kind,
            type=kind,
            options=options,
            position=position,
        )
    page = owner_client.get(address("preview_print", maintenance.form.uid)).text
    asked = [kind for kind in FieldType.values if kind != "information"]
    assert page.count("<dt>Vraag") == len(asked)
    assert "<dd>–</dd>" not in page
    assert "<img src=" in page


def test_a_number_is_shown_with_a_comma_where_it_is_the_default_or_a_condition(owner_client, address, maintenance):
    least = {"label": "Minimum", "reference": "minimum", "type": "number", "default_value": "1,5"}
    owner_client.post(address("new_field", maintenance.visit.uid), a_field(maintenance.visit, **least))
    field = Field.objects.get(reference="minimum")
    shown_if = {"reference": "nox", "visible_if_field": field.pk, "visible_if_value": "2,5"}
    owner_client.post(address("new_field", maintenance.visit.uid), a_field(maintenance.visit, **shown_if))
    asked_then = Field.objects.get(reference="nox")
    assert (field.default_value, asked_then.visible_if_value) == ("1.5", "2.5")
    edited = [
        owner_client.get(address("edit_part", "fields", part.uid)).context["form"] for part in (field, asked_then)
    ]
    assert edited[0]["default_value"].value() == "1,5"
    assert edited[1]["visible_if_value"].value() == "2,5"
