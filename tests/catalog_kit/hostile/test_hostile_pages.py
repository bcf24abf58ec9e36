"""A hostile template at the pages of the editor: shown while it is typed, saved or told what is wrong, shown again.

As many as beside this, of the same seeds.
"""

import os
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from settings_sync.services.settings.items import read_item
from templates_catalog.models import MessageTemplate
from tenants.schemas import inside

from .generator import hostile_template
from .test_hostile_templates import SEED, what_runs

COUNT = int(os.environ.get("EENLIJN_HOSTILE_TEMPLATES", "40"))
SAVED, TOLD = 302, 200


@pytest.fixture
def email(main) -> MessageTemplate:
    with inside(main):
        return MessageTemplate.objects.create(kind="email", name="Vijandig", subject="Onderwerp")


def what_runs_in(answer: Any) -> list[str]:
    return what_runs(answer.text.partition("<body>")[2].rpartition("</body>")[0])


def test_every_page_of_a_hostile_template_answers_and_nothing_of_it_runs(owner_client: Client, owner, main, email):
    address = {
        name: reverse(f"templates:{name}", args=[main.slug, "messages", email.uid]) for name in ("edit", "preview")
    }
    saved = 0
    for number in range(COUNT):
        hostile = hostile_template(number, SEED)
        typed = {"name": "Vijandig", "subject": hostile[:250], "body": hostile}
        shown = owner_client.post(address["preview"], typed)
        answer = owner_client.post(address["edit"], typed)
        if answer.status_code == TOLD:
            # Mostly the subject, which is one line: the body alone is another way in.
            answer = owner_client.post(address["edit"], {**typed, "subject": "Onderwerp"})
        again = owner_client.get(address["preview"])
        assert (shown.status_code, again.status_code) == (TOLD, TOLD), number
        assert answer.status_code in (SAVED, TOLD), number
        assert (what_runs_in(shown), what_runs_in(again)) == ([], []), (number, hostile)
        saved += answer.status_code == SAVED
    assert COUNT // 10 < saved < COUNT
    assert read_item(acting_user=owner, administration=main, uid=email.uid).document["kind"] == "email"
