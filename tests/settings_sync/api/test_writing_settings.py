"""Settings as code over REST: written, made, archived and deleted by their documents, as an outsider does it."""

import uuid
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from forms_catalog.models import Field, Form
from reference_data.models import VatRate, WorkStatus, WorkType
from settings_sync.models import ItemRule
from sync_ledger.models import Edit
from tenants.models import Administration, Membership, Role
from tenants.schemas import inside
from tests.conftest import make_member

from .conftest import Caller, is_problem, make_caller


def make_reader(main: Administration, right: str) -> User:
    """Somebody who may do this one thing."""
    user = User.objects.create_user(f"{uuid.uuid4().hex[:8]}@example.com", "demo")
    role = Role.objects.create(administration=main, name=right, rights=[right])
    Membership.objects.create(user=user, administration=main, role=role)
    return user


def put(api: Caller, path: str, body: Any, digest: str | None, raw: bytes | None = None) -> Any:
    return api.put(path, body, digest=digest, raw=raw)


@pytest.fixture
def path(main, settings_in_main) -> str:
    return f"administrations/{main.slug}/items/{settings_in_main}/"


class TestWriting:
    def test_a_document_is_got_changed_and_written(self, api, path, main):
        item = api.get(path)
        assert item.headers["ETag"] == f'"{item.json()["digest"]}"'
        document = item.json()["document"]
        document["name"] = "Onderhoud warmtepomp"
        document["parts"]["field"][0]["label"] = "Druk in bar"
        answer = put(api, path, document, item.headers["ETag"])
        assert answer.status_code == 200, answer.content
        assert answer.json()["document"] == document
        assert answer.json()["digest"] != item.json()["digest"]
        again = api.get(path).json()
        assert (again["document"], again["digest"]) == (document, answer.json()["digest"])
        with inside(main):
            assert Form.objects.get().name == "Onderhoud warmtepomp"
            logged = {(edit.path, edit.after) for edit in Edit.objects.all()}
        assert ("name", "Onderhoud warmtepomp") in logged
        assert any(place.endswith("/label") and after == "Druk in bar" for place, after in logged)

    def test_what_get_answers_can_be_put_as_it_is_and_writes_nothing(self, api, path, main):
        item = api.get(path).json()
        answer = put(api, path, item, item["digest"])
        assert (answer.status_code, answer.json()) == (200, item)
        with inside(main):
            assert not Edit.objects.exists()

    def test_a_part_without_a_uid_gets_one(self, api, path):
        item = api.get(path).json()
        section = item["document"]["parts"]["section"][0]["uid"]
        item["document"]["parts"]["field"].append({"section": section, "label": "Opmerking", "reference": "opm"})
        answer = put(api, path, item["document"], item["digest"])
        assert answer.status_code == 200, answer.content
        added = answer.json()["document"]["parts"]["field"][-1]
        assert uuid.UUID(added["uid"])
        assert added["label"] == "Opmerking"

    def test_without_if_match_with_nonsense_and_with_another_digest(self, api, path):
        item = api.get(path).json()
        assert is_problem(put(api, path, item["document"], None), 428, "precondition-required")
        assert is_problem(put(api, path, item["document"], "yesterday"), 400, "invalid-input")
        assert is_problem(put(api, path, {**item["document"], "name": "X"}, "0" * 64), 412, "precondition-failed")

    @pytest.mark.parametrize("odd", ["1_000", "1e3", "١٢", "NaN", "1e999999", "12", "1,5"])
    def test_a_number_in_quotation_marks_is_refused_with_what_to_write(self, api, main, odd):
        with inside(main):
            uids = [VatRate.objects.create(code="hoog", name="Hoog").uid, WorkType.objects.create(name="Storing").uid]
        for uid, field in zip(uids, ("percentage", "default_minutes"), strict=True):
            path = f"administrations/{main.slug}/items/{uid}/"
            item = api.get(path).json()
            answer = put(api, path, {**item["document"], field: odd}, item["digest"])
            assert is_problem(answer, 422, "document-refused")
            (message,) = answer.json()["errors"][field]
            assert "such as 12" in message and "without quotation marks" in message

    def test_of_two_writers_the_second_is_refused(self, api, path):
        item = api.get(path).json()
        first = put(api, path, {**item["document"], "name": "Eerste"}, item["digest"])
        second = put(api, path, {**item["document"], "name": "Tweede"}, item["digest"])
        assert first.status_code == 200
        assert is_problem(second, 412, "precondition-failed")
        assert api.get(path).json()["document"]["name"] == "Eerste"

    def test_each_wrong_place_is_named(self, api, path):
        item = api.get(path).json()
        document = item["document"]
        document |= {"colour": "red", "description": 7, "work_types": ["x", str(uuid.uuid4())]}
        document["parts"]["field"][0] |= {"type": "radio", "is_required": "yes", "section": str(uuid.uuid4())}
        answer = put(api, path, document, item["digest"])
        assert is_problem(answer, 422, "document-refused")
        assert answer.json()["errors"].keys() == {
            "colour",
            "description",
            "work_types.0",
            "parts.field.0.is_required",
            "parts.field.0.section",
        }

    def test_the_rules_of_the_catalog_hold(self, api, path):
        item = api.get(path).json()
        item["document"]["parts"]["field"][0] |= {"type": "radio", "options": []}
        answer = put(api, path, item["document"], item["digest"])
        assert is_problem(answer, 422, "document-refused")
        assert list(answer.json()["errors"]) == ["parts.field.0.options"]

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("name", ""),
            ("name", "x" * 201),
            ("name", "\u200b"),
            ("name", None),
            ("parts", []),
            ("parts", {"field": 3}),
            ("parts", {"nothing": []}),
            ("parts", {"section": [1]}),
            ("print_template", "<script>alert(1)</script>"),
            ("is_archived", 1),
            ("work_types", {"a": 1}),
        ],
    )
    def test_hostile_values_are_refused_beside_their_place(self, api, path, field, value):
        item = api.get(path).json()
        answer = put(api, path, {**item["document"], field: value}, item["digest"])
        assert is_problem(answer, 422, "document-refused")
        assert all(place.split(".")[0] in (field, "") for place in answer.json()["errors"])

    @pytest.mark.parametrize("options", [[1], [None], [["a"]], {"a": 1}, [{"code": 1}], "ja", 7])
    def test_lists_of_anything_are_refused(self, api, path, options):
        item = api.get(path).json()
        item["document"]["parts"]["field"][0] |= {"type": "radio", "options": options}
        assert is_problem(put(api, path, item["document"], item["digest"]), 422, "document-refused")

    @pytest.mark.parametrize(
        "raw", [b'{"name": "a\\u0000"}', b'{"name": 1, "name": 2}', b"[" * 40, b'{"a": 1e999}', b"{"]
    )
    def test_what_is_no_json_of_this_api_is_refused(self, api, path, raw):
        digest = api.get(path).json()["digest"]
        assert is_problem(put(api, path, None, digest, raw=raw), 400, "malformed-json")

    @pytest.mark.parametrize("body", [[], "x", 3, None, {}, [{"name": "x"}], {"document": 3}, {"document": None}])
    def test_what_is_no_document_is_refused(self, api, path, body):
        assert is_problem(put(api, path, body, api.get(path).json()["digest"]), 400, "invalid-input")

    def test_a_taken_name_clashes(self, api, path, main):
        with inside(main):
            Form.objects.create(name="Bezet")
        item = api.get(path).json()
        answer = put(api, path, {**item["document"], "name": "BEZET"}, item["digest"])
        assert is_problem(answer, 409, "name-taken")
        assert "name" in answer.json()["detail"]

    def test_an_archived_setting_may_stay_and_not_be_chosen(self, api, path, main):
        with inside(main):
            old = WorkType.objects.create(name="Oud", is_archived=True)
        item = api.get(path).json()
        answer = put(api, path, {**item["document"], "work_types": [str(old.uid)]}, item["digest"])
        assert is_problem(answer, 422, "document-refused")
        assert list(answer.json()["errors"]) == ["work_types.0"]

    def test_a_part_of_another_setting_is_not_taken_over(self, api, path, main):
        with inside(main):
            other = Form.objects.create(name="Ander")
            section = other.sections.create(title="Daar", position=1)
        item = api.get(path).json()
        item["document"]["parts"]["section"].append({"uid": str(section.uid), "title": "Gekaapt"})
        answer = put(api, path, item["document"], item["digest"])
        assert is_problem(answer, 422, "document-refused")
        with inside(main):
            section.refresh_from_db()
            assert (section.title, section.form) == ("Daar", other)

    def test_parts_change_places(self, api, path, main):
        with inside(main):
            form = Form.objects.get()
            section = form.sections.get()
            Field.objects.create(section=section, label="Tweede", reference="tweede", position=99)
        item = api.get(path).json()
        item["document"]["parts"]["field"].reverse()
        answer = put(api, path, item["document"], item["digest"])
        assert answer.status_code == 200, answer.content
        assert answer.json()["document"] == item["document"]


class TestMaking:
    def new(self, main, **more: Any) -> tuple[str, dict[str, Any]]:
        body = {"category": "reference_data", "kind": "reference_data.workstatus"}
        return f"administrations/{main.slug}/items/", body | {"document": {"code": "10", "name": "Klaar"}} | more

    def test_a_new_item_is_there(self, api, main):
        answer = api.post(*self.new(main))
        assert answer.status_code == 201, answer.content
        assert api.get(answer.headers["Location"].removeprefix("/api/v1/")).json() == answer.json()
        with inside(main):
            assert WorkStatus.objects.get().name == "Klaar"
            assert {edit.path for edit in Edit.objects.all()} >= {"code", "name"}

    def test_the_same_key_makes_one(self, api, main):
        first, second = (api.post(*self.new(main), key="een") for _ in range(2))
        assert first.json() == second.json()
        other = api.post(*self.new(main, document={"code": "11", "name": "X"}), key="een")
        assert is_problem(other, 422, "idempotency-key-reused")

    def test_a_uid_of_ones_own_once(self, api, main):
        uid = str(uuid.uuid4())
        assert api.post(*self.new(main, uid=uid)).json()["uid"] == uid
        answer = api.post(*self.new(main, uid=uid, document={"code": "11", "name": "Ander"}))
        assert is_problem(answer, 409, "uid-taken")

    def test_a_taken_code_clashes(self, api, main):
        api.post(*self.new(main))
        assert is_problem(api.post(*self.new(main)), 409, "name-taken")

    @pytest.mark.parametrize(
        ("more", "status", "code"),
        [
            ({"category": "nothing"}, 400, "unknown-category"),
            ({"kind": "nothing"}, 400, "unknown-kind"),
            ({"category": "forms"}, 400, "unknown-kind"),
            ({"colour": 1}, 400, "invalid-input"),
            ({"document": []}, 400, "invalid-input"),
            ({"document": {}}, 422, "document-refused"),
            ({"uid": "x"}, 400, "invalid-input"),
        ],
    )
    def test_what_is_not_right_is_refused(self, api, main, more, status, code):
        assert is_problem(api.post(*self.new(main, **more)), status, code)

    def test_by_category_as_well(self, api, main):
        _path, body = self.new(main)
        body.pop("category")
        assert api.post("categories/reference_data/items/", body).status_code == 201
        assert is_problem(api.post("categories/nothing/items/", body), 404, "not-found")


class TestGoing:
    def test_archived_and_brought_back(self, api, path):
        item = api.get(path).json()
        archived = api.post(f"{path}archive/").json()
        assert archived["is_archived"] is True
        assert api.post(f"{path}archive/").json()["digest"] == archived["digest"]
        back = put(api, path, item["document"], archived["digest"])
        assert (back.status_code, back.json()["digest"]) == (200, item["digest"])

    def test_what_nothing_uses_is_deleted(self, api, path, main):
        answer = api.delete(path)
        assert (answer.status_code, answer.content) == (204, b"")
        assert api.get(path).status_code == 404
        with inside(main):
            assert not Form.objects.exists()
            assert not Field.objects.exists()

    def test_what_is_used_is_not(self, api, main, settings_in_main):
        with inside(main):
            used = Form.objects.get().work_types.get().uid
        answer = api.delete(f"administrations/{main.slug}/items/{used}/")
        assert is_problem(answer, 409, "still-used")
        assert "Onderhoud cv-ketel" in answer.json()["detail"]


class TestWhoMay:
    def test_a_token_without_the_scope(self, owner, main, path):
        reader = make_caller(owner, main, "settings:read")
        item = reader.get(path).json()
        assert is_problem(put(reader, path, item["document"], item["digest"]), 403, "scope-missing")

    def test_a_user_without_the_right(self, main, path):
        api = make_caller(make_reader(main, "forms.read"), main)
        item = api.get(path).json()
        assert is_problem(put(api, path, {**item["document"], "name": "X"}, item["digest"]), 403, "not-allowed")
        assert is_problem(api.delete(path), 403, "not-allowed")
        assert is_problem(api.post(f"{path}archive/"), 403, "not-allowed")

    def test_a_user_who_may_not_see_it(self, main, path):
        api = make_caller(make_reader(main, "templates.read"), main)
        assert is_problem(put(api, path, {"name": "X"}, "0" * 64), 404, "not-found")

    def test_a_stranger(self, path, make_stranger_caller):
        for answer in (put(make_stranger_caller, path, {}, "0" * 64), make_stranger_caller.delete(path)):
            assert is_problem(answer, 404, "not-found")

    def test_what_the_main_administration_locked(self, api, owner, main, child, settings_in_main):
        make_member(child, user=owner)
        with inside(child):
            Form.objects.create(uid=settings_in_main, name="Van het hoofd", description="eerst")
        path = f"administrations/{child.slug}/items/{settings_in_main}/"
        ItemRule.objects.create(
            administration=main, kind="forms_catalog.form", uid=settings_in_main, locked_paths=["name"]
        )
        item = api.get(path).json()
        refused = put(api, path, {**item["document"], "name": "Eigen"}, item["digest"])
        assert is_problem(refused, 403, "setting-locked")
        free = put(api, path, {**item["document"], "description": "dan"}, item["digest"])
        assert free.status_code == 200
        assert is_problem(api.delete(path), 403, "setting-locked")


@pytest.fixture
def make_stranger_caller() -> Caller:
    from tests.conftest import make_administration

    other = make_administration("De Boer")
    return make_caller(make_member(other), other)


def test_the_time_of_the_last_edit_moves(api, path):
    before = timezone.now()
    item = api.get(path).json()
    answer = put(api, path, {**item["document"], "name": "Later"}, item["digest"]).json()
    assert answer["updated_at"] >= before.isoformat()[:19]
