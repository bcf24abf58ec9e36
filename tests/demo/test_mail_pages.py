"""The page with what the demo mailed: there, and nowhere else."""

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, get_connection
from django.test import Client

from demo.sent_mail import TO_FILES

PAGE = "/demo/mail/"


@pytest.fixture
def to_files(settings: Any, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = TO_FILES
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.DEMO = True


def send(subject: str, text: str) -> None:
    EmailMessage(subject, text, "a@x.example", ["b@x.example"], connection=get_connection(TO_FILES)).send()


@pytest.mark.usefixtures("to_files")
def test_what_was_sent_stands_there_with_its_links() -> None:
    send("Uitnodiging voor café <Noord>", "Kom binnen:\nhttps://eenlijn.example/account/link/invitation/a:b:c/\n— Bob")
    send("Tweede", "Nog iets")
    page = Client().get(PAGE).content.decode()
    assert page.index("Tweede") < page.index("Uitnodiging voor café &lt;Noord&gt;")
    assert '<a href="https://eenlijn.example/account/link/invitation/a:b:c/"' in page
    assert "— Bob" in page


@pytest.mark.usefixtures("to_files")
def test_an_empty_folder_says_that_nothing_was_sent() -> None:
    assert Client().get(PAGE).status_code == 200


@pytest.mark.parametrize(
    ("demo", "backend"), [(False, TO_FILES), (True, "django.core.mail.backends.smtp.EmailBackend")]
)
def test_elsewhere_there_is_no_such_page(settings: Any, tmp_path: Path, demo: bool, backend: str) -> None:
    settings.EMAIL_FILE_PATH = str(tmp_path)
    settings.EMAIL_BACKEND = backend
    settings.DEMO = demo
    assert Client().get(PAGE).status_code == 404
