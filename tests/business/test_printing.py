"""A filled-in form on paper: its own print template, from its own copy of the questions."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from business.services import advance_work_order
from forms_catalog.answering.questions import questions_of
from forms_catalog.models import Field, Form

JPEG = b"\xff\xd8\xff\xe0" + b"jpeg"


@pytest.fixture
def filled(owner, owner_client, within, main, work_order, catalog):
    section = catalog.measured.section
    Field.objects.create(section=section, position=9, label="Foto", reference="foto", type="photo")
    for stage in ("ready", "picked_up"):
        work_order = advance_work_order(acting_user=owner, administration=within, work_order=work_order, to=stage)
    return work_order.filled_forms.get()


@pytest.fixture
def paper(owner_client, main, filled):
    """Fills the form in and gives its printed page."""

    def fill_in(**answers):
        keys = {field["reference"]: field["key"] for section in filled.questions for field in section["fields"]}
        address = reverse("business:work-order-form", args=[main.slug, filled.work_order.number, filled.pk])
        answer = owner_client.post(address, {keys[name]: value for name, value in answers.items()})
        assert answer.status_code == 302, answer.context["form"].errors
        return owner_client.get(f"{address}print/")

    return fill_in


def test_a_filled_in_form_keeps_the_ids_of_its_fields(catalog):
    fields = questions_of(catalog.form)[0]["fields"]
    assert [field["reference"] for field in fields][:1] == [catalog.measured.reference]


def test_a_print_template_is_filled_in_with_answers_customer_and_work_order(paper, catalog, work_order):
    Form.objects.filter(pk=catalog.form.pk).update(
        print_template="<p>{{ klant.naam }} / {{ werkbon.nummer }} / CO {{ veld.co }} ppm / {{ veld.opmerking }}</p>"
    )
    page = paper(co="12,5", opmerking="<b>niet</b> netjes")
    assert f"Bakkerij Jansen / {work_order.number} / CO 12.5 ppm / &lt;b&gt;niet&lt;/b&gt; netjes" in page.text
    assert "sandbox" in page.headers["Content-Security-Policy"]


def test_a_later_change_of_the_form_leaves_the_answer_in_its_place(paper, catalog):
    Form.objects.filter(pk=catalog.form.pk).update(print_template="<p>CO {{ veld.co }}</p>")
    Field.objects.filter(pk=catalog.measured.pk).delete()
    assert "<p>CO 12</p>" in paper(co="12").text


def test_an_option_is_chosen_kept_and_printed_by_its_code_and_label(
    owner, within, main, work_order, catalog, owner_client
):
    Field.objects.filter(reference="opmerking").update(
        type="dropdown", options=["i", "k"], option_labels={"i": "In orde", "k": "Kapot"}
    )
    for stage in ("ready", "picked_up"):
        work_order = advance_work_order(acting_user=owner, administration=within, work_order=work_order, to=stage)
    filled = work_order.filled_forms.get()
    keys = {field["reference"]: field["key"] for section in filled.questions for field in section["fields"]}
    address = reverse("business:work-order-form", args=[main.slug, work_order.number, filled.pk])
    assert '<option value="k">Kapot</option>' in owner_client.get(address).text
    owner_client.post(address, {keys["co"]: "12", keys["opmerking"]: "k"})
    filled.refresh_from_db()
    assert filled.answers[keys["opmerking"]] == "k"
    # What was asked stays, also when the form's own label changes.
    Field.objects.filter(reference="opmerking").update(option_labels={})
    assert "<dd>Kapot</dd>" in owner_client.get(f"{address}print/").text


def test_without_a_print_template_all_questions_stand_in_their_order(paper):
    page = paper(co="12", opmerking="Netjes").text
    assert page.index("CO-gehalte") < page.index("<dd>12</dd>") < page.index("Opmerking") < page.index("Netjes")


def test_a_photo_is_part_of_the_page_itself(paper):
    page = paper(co="12", foto=SimpleUploadedFile("x.jpg", JPEG)).text
    assert '<img src="data:image/jpeg;base64,/9j/4GpwZWc=" alt="Foto">' in page


def test_a_placeholder_without_a_value_is_left_empty_on_paper(paper, catalog):
    Form.objects.filter(pk=catalog.form.pk).update(
        print_template="<p>[{{ werkbon.referentie }}{{ formulier.iets }}]</p>"
    )
    assert "<p>[]</p>" in paper(co="12").text


def test_a_form_that_was_filled_in_before_ids_were_kept_is_printed_too(paper, filled, catalog, owner_client):
    page = paper(co="12")
    for section in filled.questions:
        for field in section["fields"]:
            field.pop("reference")
    filled.save()
    Form.objects.filter(pk=catalog.form.pk).update(print_template="")
    assert "CO-gehalte" in owner_client.get(page.wsgi_request.path).text
