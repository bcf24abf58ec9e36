"""Photo questions: a picture is chosen, kept with the answers, and shown to whoever may see the work order alone."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from business.models import FormPhoto
from business.services import advance_work_order
from catalog_kit.editing import EditRefused
from forms_catalog.models import Field, Section
from tenants.schemas import inside
from tests.conftest import make_administration, make_member

JPEG = b"\xff\xd8\xff\xe0" + b"jpeg"
PNG = b"\x89PNG\r\n\x1a\n" + b"png"
WEBP = b"RIFF\x04\x00\x00\x00WEBPVP8 "


def sent(content=JPEG, name="foto.jpg"):
    return SimpleUploadedFile(name, content, content_type="image/jpeg")


@pytest.fixture
def picked_up(owner, within, work_order, catalog):
    """Its form asks for a photo of the boiler, and one measurement."""
    section = catalog.measured.section
    Field.objects.create(section=section, position=9, label="Foto van de ketel", reference="ketel", type="photo")
    for stage in ("ready", "picked_up"):
        work_order = advance_work_order(acting_user=owner, administration=within, work_order=work_order, to=stage)
    return work_order


@pytest.fixture
def filled(picked_up):
    return picked_up.filled_forms.get()


@pytest.fixture
def keys(filled):
    """The keys of its questions, by their id inside the form."""
    return {field["reference"]: field["key"] for section in filled.questions for field in section["fields"]}


@pytest.fixture
def address(main, picked_up, filled):
    return reverse("business:work-order-form", args=[main.slug, picked_up.number, filled.pk])


def photo_address(address, uid):
    return f"{address}photos/{uid}/"


def test_a_photo_question_asks_for_a_photo(owner_client, address, keys):
    page = owner_client.get(address)
    assert 'enctype="multipart/form-data"' in page.text
    assert f'<input type="file" name="{keys["ketel"]}" accept="image/jpeg,image/png,image/webp"' in page.text


@pytest.mark.parametrize(("content", "kind"), [(JPEG, "image/jpeg"), (PNG, "image/png"), (WEBP, "image/webp")])
def test_a_photo_is_kept_with_the_answers_and_shown(owner_client, address, filled, keys, content, kind):
    answer = owner_client.post(address, {keys["co"]: "12", keys["ketel"]: sent(content)})
    assert answer.status_code == 302
    filled.refresh_from_db()
    photo = filled.photos.get()
    assert filled.answers[keys["ketel"]] == str(photo.uid)
    shown = owner_client.get(photo_address(address, photo.uid))
    assert (shown.status_code, shown.content, shown.headers["Content-Type"]) == (200, content, kind)
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert photo_address(address, photo.uid) in owner_client.get(address).text


@pytest.mark.parametrize(
    "content", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"<html>", b"GIF89a", b"%PDF-1.7", b"x", b"RIFF1234WAVE"]
)
def test_what_is_no_photo_is_refused_beside_its_question(owner_client, address, filled, keys, content):
    page = owner_client.post(address, {keys["co"]: "12", keys["ketel"]: sent(content)})
    assert "JPEG" in page.context["form"].errors[keys["ketel"]][0]
    assert page.context["form"][keys["co"]].value() == "12"
    filled.refresh_from_db()
    assert (filled.answers, FormPhoto.objects.count()) == ({}, 0)


def test_a_photo_that_is_too_large_is_refused(owner_client, address, keys, monkeypatch):
    monkeypatch.setattr("business.photos.MOST_BYTES", 5)
    page = owner_client.post(address, {keys["co"]: "12", keys["ketel"]: sent()})
    assert "12 MB" in page.context["form"].errors[keys["ketel"]][0]


def test_a_photo_is_not_lost_when_another_answer_is_refused(owner_client, address, filled, keys):
    page = owner_client.post(address, {keys["co"]: "", keys["ketel"]: sent()})
    uid = filled.photos.get().uid
    assert keys["co"] in page.context["form"].errors
    assert f'name="{keys["ketel"]}:kept" value="{uid}"' in page.text
    owner_client.post(address, {keys["co"]: "12", f"{keys['ketel']}:kept": str(uid)})
    filled.refresh_from_db()
    assert filled.answers[keys["ketel"]] == str(uid)


def test_another_photo_takes_the_place_of_the_first_and_a_tick_takes_it_away(owner_client, address, filled, keys):
    owner_client.post(address, {keys["co"]: "12", keys["ketel"]: sent(JPEG)})
    first = filled.photos.get().uid
    kept = {keys["co"]: "12", f"{keys['ketel']}:kept": str(first)}
    owner_client.post(address, {**kept, keys["ketel"]: sent(PNG)})
    second = filled.photos.get()
    assert (second.uid != first, second.media_type) == (True, "image/png")
    owner_client.post(
        address, {keys["co"]: "12", f"{keys['ketel']}:kept": second.uid, f"{keys['ketel']}:removed": "on"}
    )
    filled.refresh_from_db()
    assert (filled.answers[keys["ketel"]], filled.photos.count()) == ("", 0)


def test_a_required_photo_must_be_there(owner_client, owner, within, work_order, catalog, main):
    Field.objects.create(
        section=catalog.measured.section, position=9, label="Foto", reference="foto", type="photo", is_required=True
    )
    for stage in ("ready", "picked_up"):
        work_order = advance_work_order(acting_user=owner, administration=within, work_order=work_order, to=stage)
    filled = work_order.filled_forms.get()
    keys = {field["reference"]: field["key"] for section in filled.questions for field in section["fields"]}
    address = reverse("business:work-order-form", args=[main.slug, work_order.number, filled.pk])
    assert keys["foto"] in owner_client.post(address, {keys["co"]: "12"}).context["form"].errors
    assert owner_client.post(address, {keys["co"]: "12", keys["foto"]: sent()}).status_code == 302


def test_a_photo_that_is_not_of_this_form_is_no_answer(owner_client, address, filled, keys):
    page = owner_client.post(
        address, {keys["co"]: "12", f"{keys['ketel']}:kept": "00000000-0000-0000-0000-000000000007"}
    )
    assert keys["ketel"] in page.context["form"].errors
    filled.refresh_from_db()
    assert filled.answers == {}


@pytest.mark.parametrize("uid", ["nonsense", "../../x", "7", "\x00"])
def test_what_names_no_photo_at_all_counts_as_none(owner_client, address, filled, keys, uid):
    assert owner_client.post(address, {keys["co"]: "12", f"{keys['ketel']}:kept": uid}).status_code == 302
    filled.refresh_from_db()
    assert filled.answers[keys["ketel"]] == ""


def test_a_photo_is_never_seen_from_another_administration(owner, owner_client, address, filled, keys, main, picked_up):
    owner_client.post(address, {keys["co"]: "12", keys["ketel"]: sent()})
    uid = filled.photos.get().uid
    other = make_administration("De Boer")
    make_member(other, user=owner)
    elsewhere = reverse("business:work-order-photo", args=[other.slug, picked_up.number, filled.pk, uid])
    assert owner_client.get(elsewhere).status_code == 404
    stranger = Client()
    stranger.force_login(make_member(other))
    assert stranger.get(photo_address(address, uid)).status_code in (403, 404)
    assert Client().get(photo_address(address, uid)).status_code == 302


def test_a_photo_is_of_its_own_filled_form_alone(
    owner, owner_client, address, filled, keys, main, within, picked_up, catalog
):
    from business.services import add_form

    owner_client.post(address, {keys["co"]: "12", keys["ketel"]: sent()})
    uid = filled.photos.get().uid
    other = add_form(acting_user=owner, administration=within, work_order=picked_up, form=catalog.form)
    wrong = reverse("business:work-order-photo", args=[main.slug, picked_up.number, other.pk, uid])
    assert owner_client.get(wrong).status_code == 404


def test_a_photo_for_a_question_that_asks_none_is_refused(owner, main, filled, keys):
    from business.services import add_file

    with inside(main), pytest.raises(EditRefused):
        add_file(acting_user=owner, administration=main, filled_form=filled, name=keys["co"], content=JPEG)


@pytest.fixture
def work(owner, within, work_order, catalog):
    """Picks a work order up whose form got more questions, and gives its address, filled-in form and keys."""

    def pick_up(*fields, **section):
        Section.objects.filter(pk=catalog.measured.section_id).update(**section)
        Field.objects.filter(section=catalog.measured.section).update(is_required=False)
        for position, values in enumerate(fields, 10):
            Field.objects.create(section=catalog.measured.section, position=position, **values)
        picked = work_order
        for stage in ("ready", "picked_up"):
            picked = advance_work_order(acting_user=owner, administration=within, work_order=picked, to=stage)
        filled = picked.filled_forms.get()
        keys = {field["reference"]: field["key"] for one in filled.questions for field in one["fields"]}
        return reverse("business:work-order-form", args=[within.slug, picked.number, filled.pk]), filled, keys

    return pick_up


def test_several_photos_are_kept_and_one_of_them_taken_away(owner_client, work):
    address, filled, keys = work(
        {"label": "Foto's", "reference": "fotos", "type": "photo", "at_least": "2", "at_most": "3"}
    )
    page = owner_client.post(address, {keys["fotos"]: [sent(JPEG)]})
    assert keys["fotos"] in page.context["form"].errors
    first = filled.photos.get()
    kept = {f"{keys['fotos']}:kept": [str(first.uid)]}
    assert owner_client.post(address, {**kept, keys["fotos"]: [sent(PNG), sent(WEBP)]}).status_code == 302
    filled.refresh_from_db()
    answer = filled.answers[keys["fotos"]]
    assert len(answer) == 3
    assert answer[0] == str(first.uid)
    owner_client.post(address, {f"{keys['fotos']}:kept": answer, f"{keys['fotos']}:removed": [answer[1]]})
    filled.refresh_from_db()
    assert filled.answers[keys["fotos"]] == [answer[0], answer[2]]
    assert filled.photos.count() == 2
    assert owner_client.get(f"{address}print/").text.count("<img src=") == 2


def test_a_file_is_handed_out_by_its_name_and_never_shown(owner_client, work):
    address, filled, keys = work({"label": "Keuring", "reference": "keuring", "type": "file"})
    page = SimpleUploadedFile("keuring.html", b"<script>alert(1)</script>", content_type="text/html")
    owner_client.post(address, {keys["keuring"]: page})
    filled.refresh_from_db()
    given = owner_client.get(photo_address(address, filled.answers[keys["keuring"]]))
    assert given.headers["Content-Type"] == "application/octet-stream"
    assert given.headers["Content-Disposition"] == 'attachment; filename="keuring.html"'
    assert "keuring.html" in owner_client.get(address).text
    assert "keuring.html" in owner_client.get(f"{address}print/").text


def test_a_table_is_filled_in_row_by_row_and_printed_as_one(owner_client, work):
    extra = {"label": "Merk", "reference": "merk", "type": "short_text", "is_required": True}
    address, filled, keys = work(extra, repeats=True)
    section = filled.questions[0]["key"]
    page = owner_client.post(
        address, {f"{section}:rows": "1", f"{section}.0.{keys['merk']}": "Nefit", "add_row": section}
    )
    assert f'name="{section}.1.{keys["merk"]}"' in page.text
    assert f'name="{section}.0.{keys["merk"]}" value="Nefit"' in page.text
    filled.refresh_from_db()
    assert filled.answers == {}
    rows = {f"{section}.0.{keys['merk']}": "Nefit", f"{section}.1.{keys['co']}": "12"}
    page = owner_client.post(address, {f"{section}:rows": "3", **rows})
    assert list(page.context["form"].errors) == [f"{section}.1.{keys['merk']}"]
    rows[f"{section}.1.{keys['merk']}"] = "Atag"
    assert owner_client.post(address, {f"{section}:rows": "3", **rows}).status_code == 302
    filled.refresh_from_db()
    assert [row[keys["merk"]] for row in filled.answers[section]] == ["Nefit", "Atag"]
    paper = owner_client.get(f"{address}print/").text
    assert "<th>Merk</th>" in paper
    assert paper.index("<td>Nefit</td>") < paper.index("<td>Atag</td>")


def test_what_a_form_comes_to_so_far_is_told_while_it_is_filled_in(owner_client, work):
    address, filled, keys = work(
        {"label": "Dubbel", "reference": "dubbel", "type": "calculated", "formula": "${co} * 2"},
        {
            "label": "Waarom",
            "reference": "waarom",
            "type": "text",
            "visible_when": "${co} > 5",
            "required_when": "1 = 1",
        },
    )
    low = owner_client.post(f"{address}so-far/", {keys["co"]: "4,5"}).json()
    assert low["computed"] == {keys["dubbel"]: "9"}
    assert keys["waarom"] not in low["shown"]
    high = owner_client.post(f"{address}so-far/", {keys["co"]: "6"}).json()
    assert keys["waarom"] in high["shown"]
    assert high["required"] == [keys["waarom"]]
    assert owner_client.post(f"{address}so-far/", {keys["co"]: "veel"}).status_code == 200
    filled.refresh_from_db()
    assert filled.answers == {}


def test_answers_of_every_type_are_kept_shown_again_and_printed(owner_client, work, main):
    fields = [
        {"label": "Kort", "reference": "kort", "type": "short_text"},
        {"label": "Ja?", "reference": "ja", "type": "yes_no"},
        {"label": "Mail", "reference": "mail", "type": "email"},
        {"label": "Bel", "reference": "bel", "type": "telephone"},
        {"label": "Web", "reference": "web", "type": "web_address"},
        {"label": "Dag", "reference": "dag", "type": "date"},
        {"label": "Uur", "reference": "uur", "type": "time"},
        {"label": "Moment", "reference": "moment", "type": "date_time"},
        {"label": "Meer", "reference": "meer", "type": "several", "options": ["a", "b"], "allows_other": True},
        {"label": "Cijfer", "reference": "cijfer", "type": "rating"},
        {"label": "Code", "reference": "code", "type": "barcode"},
        {"label": "Plek", "reference": "plek", "type": "place"},
        {"label": "Handen", "reference": "handen", "type": "signature", "at_most": "2"},
        {"label": "Wie", "reference": "wie", "type": "own_list", "list_source": "work_types"},
    ]
    address, filled, keys = work(*fields)
    typed = {
        "kort": "Nefit",
        "ja": "yes",
        "mail": "jan@example.nl",
        "bel": "038 123 45 67",
        "web": "https://example.nl",
        "dag": "2026-11-28",
        "uur": "9:30",
        "moment": "2026-11-28T09:30",
        "meer": ["a", "_other"],
        "cijfer": "4",
        "code": "8711",
        "plek": "52.5,6.1",
        "handen": "Jan\nPiet",
        "wie": "Onderhoud",
    }
    posted = {keys[name]: value for name, value in typed.items()} | {f"{keys['meer']}:other": "Itho"}
    answer = owner_client.post(address, posted)
    assert answer.status_code == 302, answer.context["form"].errors
    filled.refresh_from_db()
    kept = {name: filled.answers[keys[name]] for name in typed}
    assert kept == {
        **typed,
        "uur": "09:30",
        "moment": "2026-11-28T09:30:00",
        "plek": "52.5, 6.1",
        "handen": ["Jan", "Piet"],
    }
    shown = owner_client.get(address).context["form"]
    assert shown[keys["meer"]].value() == ["a", "_other"]
    assert shown[keys["wie"]].value() == "Onderhoud"
    paper = owner_client.get(f"{address}print/").text
    for words in ("Nefit", "yes", "038 123 45 67", "a, other: Itho", "4 of 5", "52.5, 6.1", "Jan, Piet", "Onderhoud"):
        assert f"<dd>{words}</dd>" in paper
