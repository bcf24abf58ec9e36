"""Requests generated from the description of the API by schemathesis, and what its checks say of the answers."""

import re
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER

Known = Mapping[str, Any]
LONGEST_QUERY = 3000
"""A longer address is refused by the web server, before the API sees it."""
KEY = re.compile(r"[ -~]*[!-~][ -~]*")
CHECKS = {
    # 412: the version that a request names is that of a plan which other requests decide about.
    "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "412"]},
    # What a request lacks when it lacks If-Match has a status of its own (RFC 6585).
    "missing_required_header": {"expected-statuses": ["400", "401", "403", "406", "415", "422", "428"]},
}


@dataclass
class Found:
    """What came of the requests: what was answered to each operation, and what is wrong in words."""

    operations: dict[str, Counter[int]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    @property
    def statuses(self) -> Counter[int]:
        """How often each status was answered; 0 is no answer."""
        return sum(self.operations.values(), Counter())

    @property
    def cases(self) -> int:
        """How many requests there were."""
        return self.statuses.total()

    def add(self, other: "Found") -> None:
        """Count what another round found."""
        self.wrong += other.wrong
        for label, statuses in other.operations.items():
            self.operations[label] = self.operations.get(label, Counter()) + statuses


def configure(token: str, *, examples: int, covers: bool, url: str | None = None) -> SchemathesisConfig:
    """All checks; `examples` random requests per operation, and with `covers` every case that the description has."""
    phases = {name: {"enabled": False} for name in ("examples", "stateful")}
    phases |= {"coverage": {"enabled": covers}, "fuzzing": {"enabled": examples > 0}}
    generation = {"max-examples": max(examples, 1), "no-shrink": True, "deterministic": True, "database": "none"}
    generation["allow-x00"] = False  # no text takes NUL, which the description does not say of each; see test_input.py
    return SchemathesisConfig.from_dict(
        {
            "seed": 1,
            "cache": {"enabled": False},
            "headers": {"Authorization": token},
            "continue-on-failure": True,
            "generation": generation,
            "phases": phases,
            "checks": CHECKS,
            **({"base-url": url} if url else {}),
        }
    )


def fuzz(schema: Any, known: Known, *, only: Iterable[str] = ()) -> Found:
    """Send the requests and check every answer; `only` names operations, such as “GET /api/v1/runs/”."""
    chosen = schema.include(name=sorted(only)) if only else schema
    with aimed_at(known):
        return gather(from_schema(chosen).execute())


@contextmanager
def aimed_at(known: Known) -> Iterator[None]:
    """Let what may succeed point at what is there, and every request have a key of its own."""

    def before_call(_context: Any, case: Any, _kwargs: Any) -> None:
        if len(urlencode(case.query or {}, doseq=True)) > LONGEST_QUERY:
            case.query = {"limit": "x"}
        if KEY.fullmatch(str((case.headers or {}).get("Idempotency-Key", ""))) and not _lacks_token(case):
            case.headers["Idempotency-Key"] = uuid.uuid4().hex
        if case.meta is not None and case.meta.generation.mode.is_positive:
            _aim(case, known)

    schemathesis.hook("before_call")(before_call)
    try:
        yield
    finally:
        GLOBAL_HOOK_DISPATCHER.unregister(before_call)


def _lacks_token(case: Any) -> bool:
    """Whether this is the request without a token: schemathesis adds one again to headers that were changed."""
    return case.meta is not None and getattr(case.meta.phase.data, "parameter", None) == "Authorization"


def _aim(case: Any, known: Known) -> None:
    values = {**known, **known["doomed"]} if case.operation.method.upper() == "DELETE" else known
    for name in case.path_parameters or {}:
        case.path_parameters[name] = values[name]
    (case.query or {}).pop("cursor", None)
    if case.operation.method.upper() == "PUT":
        case.headers["If-Match"] = known["digest"]
    if case.operation.label.endswith("/publish/"):
        # Another draft than the one that is read and written: once it is published it is gone.
        case.path_parameters["uid"] = known["finished"]
        # It may be left out, and nobody has seen what stands there by now.
        (case.headers or {}).pop("If-Match", None)
    aim = BODIES.get(case.operation.label)
    if aim and isinstance(case.body, dict | list):
        aim(case.body, known)


def _choose(body: Any, known: Known) -> None:
    if "plan" in body:
        body["plan"] = known["plan_id"]
        return
    body.update(targets=[known["slug"]], categories=["workflows"])
    body.pop("items", None)


def _name(body: Any, _known: Known) -> None:
    body["name"] = f"Nieuw {uuid.uuid4().hex}"
    body.pop("slug", None)
    if "start_from" in body:
        body["start_from"] = ["forms"]
    # Which characters people can read is more than a description says; that a group is no blank text it does say.
    groups = body.get("groups")
    if isinstance(groups, list) and all(isinstance(group, str) and group.strip() for group in groups):
        body["groups"] = [f"Groep {number}" for number, _group in enumerate(groups)]


def _decide(body: Any, known: Known) -> None:
    body[:] = [{"item": known["uid"], "decision": "skip"}]


def _take_back(body: Any, known: Known) -> None:
    if "targets" in body:
        body["targets"] = [known["slug"]]


def _hook(body: Any, known: Known) -> None:
    if "url" in body:
        body["url"] = known["url"]


def _make_item(body: Any, _known: Known) -> None:
    code = uuid.uuid4().hex
    body.pop("uid", None)
    body.update(kind="reference_data.workstatus", document={"code": code, "name": code})
    if "category" in body:
        body["category"] = "reference_data"


def _make_form(body: Any, _known: Known) -> None:
    body.pop("uid", None)
    body.update(kind="forms_catalog.form", document={"name": uuid.uuid4().hex})


def _write_form(body: Any, _known: Known) -> None:
    body.clear()
    body["document"] = {"name": uuid.uuid4().hex}


def _begin_draft(body: Any, known: Known) -> None:
    if "document" in body:
        _make_item(body, known)
    else:
        body["uid"] = known["uid"]


def _publish(body: Any, _known: Known) -> None:
    body["replaces"] = True


def _bundle(body: Any, _known: Known) -> None:
    if "name" in body:
        body["name"] = f"Pakket {uuid.uuid4().hex}"
    for name in ("categories", "items", "except"):
        body.pop(name, None)
    body["categories"] = ["forms"]


def _order(body: Any, known: Known) -> None:
    if "package" in body:
        body["package"] = known["package_id"]
    if "name" in body:
        body["name"] = f"Opdracht {uuid.uuid4().hex}"
    if "groups" in body:
        body["groups"] = ["Proef"]
    # Which of its fields go together, and which days ever come, is more than a description says.
    body["when"] = {"kind": "nightly", "at": "02:00"}
    if "rings" in body:
        body["rings"] = {"steps": [{"kind": "group", "group": "Proef"}, {"kind": "rest", "start": "approval"}]}
    body.pop("windows", None)
    body.pop("rings", None)
    body.pop("time_zone", None)


def _assign(body: Any, known: Known) -> None:
    body[:] = [{"administration": known["slug"], "as": "optional"}]


def _settle(body: Any, known: Known) -> None:
    body[:] = [{"deviation": known["deviation"], "decision": "ask", "reason": "Waarom?"}]


def _say(body: Any, _known: Known) -> None:
    body["reason"] = "Akkoord"


def _restore(body: Any, known: Known) -> None:
    body["digest"] = known["digest"]


BODIES = {
    "POST /api/v1/administrations/{slug}/items/{uid}/restore/": _restore,
    "POST /api/v1/administrations/{slug}/items/": _make_item,
    "POST /api/v1/categories/{key}/items/": _make_form,
    "PUT /api/v1/administrations/{slug}/items/{uid}/": _write_form,
    "POST /api/v1/administrations/{slug}/drafts/": _begin_draft,
    "PUT /api/v1/administrations/{slug}/drafts/{uid}/": _write_form,
    "POST /api/v1/administrations/{slug}/drafts/{uid}/publish/": _publish,
    "POST /api/v1/plans/": _choose,
    "POST /api/v1/runs/": _choose,
    "POST /api/v1/administrations/": _name,
    "PATCH /api/v1/plans/{plan_id}/decisions/": _decide,
    "POST /api/v1/runs/{run_id}/undo/": _take_back,
    "POST /api/v1/deviations/decide/": _settle,
    "POST /api/v1/approvals/{approval_id}/approve/": _say,
    "POST /api/v1/approvals/{approval_id}/reject/": _say,
    "POST /api/v1/packages/": _bundle,
    "PATCH /api/v1/packages/{package_id}/": _bundle,
    "PUT /api/v1/packages/{package_id}/assignments/": _assign,
    "POST /api/v1/orders/": _order,
    "PATCH /api/v1/orders/{order_id}/": _order,
    "POST /api/v1/webhooks/": _hook,
    "PATCH /api/v1/webhooks/{webhook_id}/": _hook,
}


def gather(events: Iterable[Any]) -> Found:
    """Count the requests of a run of schemathesis, and tell what its checks found."""
    found = Found()
    for event in events:
        if isinstance(event, FatalError):
            found.wrong.append(repr(event.exception))
        elif isinstance(event, NonFatalError):
            found.wrong.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, ScenarioFinished):
            found.add(_of_scenario(event.recorder))
    return found


def _of_scenario(recorder: Any) -> Found:
    answers = [row.response.status_code if row.response else 0 for row in recorder.interactions.values()]
    failed = [(id, check) for id, checks in recorder.checks.items() for check in checks if check.failure_info]
    wrong = [_in_words(recorder.label, check, recorder.interactions[id]) for id, check in failed]
    return Found({recorder.label: Counter(answers)}, wrong)


def _in_words(label: str, check: Any, interaction: Any) -> str:
    sent, got = interaction.request, interaction.response
    said = f"{got.status_code} {got.content[:300]!r}" if got else "no answer"
    return (
        f"{label}: {check.name}: {str(check.failure_info.failure)[:600]}\n"
        f"  {sent.method} {sent.uri[:300]} {(sent.body or b'')[:300]!r}\n  {said}"
    )
