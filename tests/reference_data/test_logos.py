"""The logo of an administration: uploaded, shown where templates ask for it, and refused in words."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from audit.models import AuditEntry
from reference_data.logos import letterhead, remove_logo
from reference_data.models import Logo
from settings_sync.declaring.registry import registry
from templates_catalog.models import Layout
from templates_catalog.previews import preview_of
from tenants.permissions import NotAllowed
from tests.conftest import make_member


def picture(kind="PNG", size=(4, 2)):
    stream = BytesIO()
    Image.new("RGB", size).save(stream, kind)
    return stream.getvalue()


@pytest.fixture
def upload(owner_client, within):
    owner_client.cookies["django_language"] = "en"
    address = reverse("reference_data:logo", args=[within.slug])

    def send(content, name="logo.png", **typed):
        files = {"logo": SimpleUploadedFile(name, content)} if content is not None else {}
        return owner_client.post(address, {**files, **typed})

    return send


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_an_uploaded_logo_stands_in_a_layout(upload, within, kind, media_type):
    assert upload(picture(kind)).status_code == 302
    assert Logo.objects.get().media_type == media_type
    layout = Layout(kind="invoice", header='<p><img src="{{ bedrijf.logo }}" alt="logo"></p>{{ bedrijf.logo }}')
    body = preview_of(layout, within).body
    assert body.count(f'<img src="data:{media_type};base64,') == 2
    assert AuditEntry.objects.filter(action="logo.changed").count() == 1


def test_another_takes_its_place_and_it_can_be_taken_away(upload, within, owner_client):
    upload(picture())
    upload(picture("JPEG"))
    assert Logo.objects.get().media_type == "image/jpeg"
    assert "data:image/jpeg" in owner_client.get(reverse("reference_data:logo", args=[within.slug])).text
    upload(None, remove="1")
    assert not Logo.objects.exists()
    assert letterhead(within)["bedrijf.logo"].address == ""


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<svg onload=alert(1)></svg>", "not a picture"),
        (b"\x89PNG\r\n\x1a\nrest", "not a picture"),
        (b"x" * 600_000, "larger than 500 kB"),
        (picture(size=(5000, 1)), "5000 by 1"),
        (picture("BMP"), "not a picture"),
        (None, "Choose a picture first"),
    ],
)
def test_what_is_no_picture_of_a_fair_size_is_refused_in_words(upload, content, says):
    page = upload(content)
    assert page.status_code == 200
    assert says in page.context["form"].errors["logo"][0]
    assert not Logo.objects.exists()


def test_it_never_travels_and_asks_for_the_right_to_change_company_details(within):
    assert "its own" in registry.excluded[Logo]
    with pytest.raises(NotAllowed):
        remove_logo(acting_user=make_member(within, "Medewerker"), administration=within)
