"""Whatever is sent gets an answer in the contract's words, and never a 500."""

import json
from io import BytesIO

from django.core.wsgi import get_wsgi_application

from config.bodies import KnownLength
from forms_catalog.models import Form
from settings_sync.models import Plan, SyncRun
from tenants.models import Membership
from tenants.schemas import inside
from tests.settings_sync.api.conftest import BASE, is_problem, work

DEEP_ENOUGH = b'{"targets": ' + b"[" * 31 + b"]" * 31 + b"}"
MALFORMED = {
    "no JSON": b"{targets}",
    "half": b'{"targets": ["a"',
    "not UTF-8": b'{"targets": ["\xff"]}',
    "another encoding": '{"targets": []}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"targets": []}',
    "too deep": b'{"targets": ' + b"[" * 32 + b"]" * 32 + b"}",
    "far too deep": b"[" * 100_000,
    "deep and open": b'{"a":' * 5000,
    "NUL": b'{"targets": ["a\\u0000b"]}',
    "NUL in a key": b'{"targets": [], "a\\u0000": 1}',
    "bare NUL": b'{"targets": ["a\x00b"]}',
    "lone surrogate": b'{"targets": ["\\ud800"]}',
    "lone surrogate in a key": b'{"\\udfff": 1}',
    "swapped surrogates": b'{"targets": ["\\udc00\\ud800"]}',
    "infinity": b'{"targets": [1e400]}',
    "Infinity": b'{"targets": [Infinity]}',
    "-Infinity": b'{"targets": [-Infinity]}',
    "NaN": b'{"targets": [NaN]}',
    "endless number": b'{"targets": [' + b"9" * 5000 + b"]}",
    "key twice": b'{"targets": [], "targets": ["a"]}',
    "key twice, deeper": b'{"targets": [], "policies": {"stale": "hold", "stale": "stop"}}',
    "trailing": b'{"targets": []} {"targets": []}',
    "too large": b'{"targets": ["' + b"a" * 1_048_577 + b'"]}',
}


def test_malformed_json_is_refused(api):
    for name, raw in MALFORMED.items():
        for path in ("plans/", "runs/", "administrations/"):
            assert is_problem(api.post(path, raw=raw), 400, "malformed-json"), name
    assert not Plan.objects.exists()


def test_an_empty_body_is_an_empty_request(api):
    assert is_problem(api.post("plans/", raw=b""), 400, "invalid-input")


def test_what_is_within_the_limits_is_read(api):
    assert is_problem(api.post("plans/", raw=DEEP_ENOUGH), 400, "invalid-input")
    long_note = json.dumps({"targets": [], "note": "é\U0001f600" * 100_000}, ensure_ascii=False).encode()
    assert len(long_note) < 1_048_576
    assert is_problem(api.post("plans/", raw=long_note), 400, "invalid-input")
    brackets_in_text = b'{"targets": ["' + b"[" * 1000 + b'\\"{"]}'
    assert is_problem(api.post("plans/", raw=brackets_in_text), 400, "invalid-input")
    paired = b'{"targets": ["\\ud83d\\ude00"]}'
    assert is_problem(api.post("plans/", raw=paired), 400, "invalid-input")


def test_other_media_types_are_not_taken(api):
    for media_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "x"):
        answer = api.client.generic("POST", BASE + "plans/", b"targets=a", content_type=media_type)
        assert is_problem(answer, 415, "unsupported-media-type"), media_type


def test_a_packed_body_is_not_taken(api):
    answer = api.client.generic(
        "POST", BASE + "plans/", b"\x1f\x8b", content_type="application/json", headers={"Content-Encoding": "gzip"}
    )
    assert is_problem(answer, 415, "unsupported-media-type")
    assert "Content-Encoding" in answer.json()["detail"]


def test_where_no_field_is_taken_none_is_overlooked(api, reached, settings_in_main):
    run = api.post("runs/", {"targets": reached, "categories": ["forms"]}).json()["id"]
    for key in (None, "new"):
        assert is_problem(api.post(f"runs/{run}/cancel/", raw=b'{"a": 1, "a"', key=key), 400, "malformed-json")
        assert is_problem(api.post(f"runs/{run}/cancel/", {"targets": reached[:1]}, key=key), 400, "invalid-input")
    assert api.get(f"runs/{run}/").json()["state"] == "queued"
    assert api.post(f"runs/{run}/cancel/", raw=b"").status_code == 202


def test_taking_back_everything_is_said_and_not_guessed(api, reached, settings_in_main):
    run = api.post("runs/", {"targets": reached, "categories": ["forms"]}).json()["id"]
    work(run)
    for body in ({"targets": []}, {"confirm": "yes"}, {"confirm": "on"}, {"confirm": 1}, {"confirm": "true"}):
        assert is_problem(api.post(f"runs/{run}/undo/", body), 400, "invalid-input"), body
    assert SyncRun.objects.count() == 1


def test_a_body_in_pieces_is_read(api, owner, main):
    pieces = BytesIO(b'{"url": "https://example.com/hook", "events": ["run.finished"]}')
    environ = api.client._base_environ(
        REQUEST_METHOD="POST", PATH_INFO=f"{BASE}webhooks/", CONTENT_TYPE="application/json"
    )
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": pieces}
    environ |= {"HTTP_AUTHORIZATION": api.client.defaults["HTTP_AUTHORIZATION"]}
    environ.pop("CONTENT_LENGTH", None)
    said = []
    answer = b"".join(KnownLength(get_wsgi_application())(environ, lambda status, headers: said.append(status)))
    assert said == ["201 Created"], answer


def test_pieces_above_the_limit_are_refused_and_broken_ones_too(settings):
    class Broken(BytesIO):
        def read(self, size=-1):
            raise OSError

    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    seen, said = [], []
    application = KnownLength(lambda environ, start: seen.append(environ["CONTENT_LENGTH"]) or [])
    for body in (BytesIO(b"x" * 50), Broken()):
        application({"HTTP_TRANSFER_ENCODING": "Chunked", "wsgi.input": body}, lambda *told: said.append(told[0]))
    assert (seen, said) == (["11"], ["400 Bad Request"])


def test_other_answers_than_json_are_not_given(api):
    answer = api.client.get(BASE + "administrations/", headers={"Accept": "text/html"})
    assert is_problem(answer, 406, "not-acceptable")
    assert api.client.get(BASE + "administrations/", headers={"Accept": "*/*"}).status_code == 200


def test_other_methods_are_not_known(api):
    for method in ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"):
        assert is_problem(api.client.generic(method, BASE + "plans/"), 405, "method-not-allowed"), method


def test_an_unknown_address_is_a_problem_by_any_method(api):
    for method in ("POST", "OPTIONS", "HEADERS", "REQUEST", "INITIALIZE_REQUEST", "FINALIZE_RESPONSE", "DISPATCH"):
        assert is_problem(api.client.generic(method, BASE + "nowhere/"), 404, "not-found"), method
    assert "slash" in api.get("runs").json()["detail"]


def test_a_method_that_is_not_known_is_not_offered(api):
    assert api.get("runs/").headers["Allow"] == "GET, HEAD, POST"


def test_a_page_that_ends_in_a_long_name_is_followed_by_the_next(api, main):
    with inside(main):
        for number in range(2):
            Form.objects.create(name="".join(chr(0x4E00 + (n * 7919 + number) % 20000) for n in range(200)))
    first = api.get("categories/forms/items/", limit=1).json()
    second = api.get(first["next"]).json()
    assert [len(first["results"]), len(second["results"]), second["next"]] == [1, 1, None]
    assert first["results"] != second["results"]


def test_a_list_refuses_what_it_does_not_know(api):
    limits = (
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=x",
        "limit=1e3",
        "limit=1_0",
        "limit=%D9%A1",
        "limit=",
        "cursor=",
    )
    for query in (*limits, "cursor=%00", "cursor=a%00b", f"cursor={'x' * 3000}"):
        assert is_problem(api.client.get(f"{BASE}administrations/?{query}"), 400, "invalid-input"), query


def test_foreign_cursors_are_refused(api, reached):
    made = api.get("administrations/", limit=1).json()["next"].partition("cursor=")[2]
    for cursor in ("x", "WyJhIl0", made[:-1], made + "x"):
        assert is_problem(api.client.get(f"{BASE}administrations/?cursor={cursor}"), 400, "invalid-cursor")
    assert is_problem(api.client.get(f"{BASE}runs/?cursor={made}"), 400, "invalid-cursor")


def test_errors_are_told_in_the_language_asked_for(api):
    dutch = api.client.get(BASE + "plans/x/", headers={"Accept-Language": "nl"}).json()
    assert dutch["type"] == "not-found"
    assert dutch["detail"] != api.get("plans/x/").json()["detail"]


def test_a_failure_of_ours_is_a_problem_too(api, monkeypatch):
    def fail(*args, **options):
        raise RuntimeError("the secret reason")

    monkeypatch.setattr("settings_sync.api.views.administrations.shape_administrations", fail)
    api.client.raise_request_exception = False
    answer = api.get("administrations/")
    assert is_problem(answer, 500, "server-error")
    assert b"secret" not in answer.content


def test_a_database_that_is_away_is_told(api, monkeypatch):
    from django.db import OperationalError

    def fail(*args, **options):
        raise OperationalError

    monkeypatch.setattr("settings_sync.api.views.administrations.shape_administrations", fail)
    answer = api.get("administrations/")
    assert is_problem(answer, 503, "unavailable")
    assert answer.headers["Retry-After"]


def test_a_type_has_one_title(api, reached, settings_in_main):
    asked = {"targets": reached, "categories": ["forms"]}
    plan = api.post("plans/", asked).json()["id"]
    Membership.objects.filter(administration__slug=reached[0]).delete()
    lost, unknown = api.post("runs/", {"plan": plan, "version": 1}), api.post("plans/", asked)
    assert {(answer.json()["type"], answer.json()["title"]) for answer in (lost, unknown)} == {
        ("unknown-target", "Unknown target")
    }
