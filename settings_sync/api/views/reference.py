"""The list of operations that people read, made of the OpenAPI description: what each takes, answers and refuses."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.urls import resolve

from settings_sync.api.protocol import examples
from settings_sync.api.protocol.documenting import EVERYWHERE

METHODS = ("get", "post", "put", "patch", "delete")
HEADERS = {"Idempotency-Key": "a-text-of-your-own", "If-Match": "1"}
SAID_ONCE = {str(status) for status in EVERYWHERE}
"""What any operation is refused with, which stands above them all."""
A_SUB = "van-dijk-oost"
A_MAIN = "van-dijk"
DELIVERY = "0197a1f0-6f0e-7c31-9a55-1f3b0f0f8b55"
IN_PATHS = {
    "key": "forms", "plan_id": examples.PLAN, "run_id": examples.RUN, "uid": examples.ITEM, "customer_id": DELIVERY,
    "work_order_id": DELIVERY, "quotation_id": DELIVERY, "invoice_id": DELIVERY, "webhook_id": DELIVERY,
    "delivery_id": DELIVERY, "package_id": DELIVERY, "approval_id": DELIVERY, "order_id": DELIVERY, "number": "2",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One field of a shape, or one parameter of an operation."""

    name: str
    kind: str
    shape: str
    is_required: bool
    about: str = ""
    place: str = ""


@dataclass(frozen=True)
class Shape:
    """What is sent or answered: its fields by name; other shapes in it are told by theirs."""

    name: str
    about: str
    fields: tuple[Field, ...]
    one_of: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """One status with which an operation answers; `as_of` is the operation above it that has the same example."""

    status: str
    shape: str
    example: str
    about: str
    as_of: str = ""


@dataclass(frozen=True)
class Operation:
    """One method of one address."""

    key: str
    method: str
    path: str
    summary: str
    about: str
    scopes: tuple[str, ...]
    parameters: tuple[Field, ...]
    body: str
    body_example: str
    answers: tuple[Answer, ...]
    refusals: str

    @property
    def other_parameters(self) -> tuple[Field, ...]:
        """Those of which no notice tells."""
        return tuple(row for row in self.parameters if row.name not in HEADERS)

    @property
    def takes_key(self) -> bool:
        """Whether it takes an Idempotency-Key."""
        return any(row.name == "Idempotency-Key" for row in self.parameters)

    @property
    def needs_key(self) -> bool:
        """Whether it refuses without one."""
        return any(row.name == "Idempotency-Key" and row.is_required for row in self.parameters)

    @property
    def version(self) -> str:
        """What If-Match holds: `plan` for the version of a plan, `digest` for a setting, or nothing."""
        if not any(row.name == "If-Match" for row in self.parameters):
            return ""
        return "plan" if "{plan_id}" in self.path else "digest"


@dataclass(frozen=True)
class Group:
    """The operations about one thing."""

    name: str
    operations: tuple[Operation, ...]


@dataclass(frozen=True)
class Reference:
    """All operations by what they are about, and the shapes that they name; `refusals` is what any of them is refused
    with."""

    groups: tuple[Group, ...]
    shapes: tuple[Shape, ...]
    refusals: str = ", ".join(sorted(SAID_ONCE))


def make_reference(schema: Mapping[str, Any]) -> Reference:
    """The list of operations and shapes of an OpenAPI description."""
    found: dict[str, list[Operation]] = {}
    for path, operations in schema["paths"].items():
        for method in METHODS:
            if method in operations:
                found.setdefault(operations[method]["tags"][0], []).append(_operation(path, method, operations[method]))
    shown: dict[str, str] = {}
    groups = tuple(Group(name, tuple(_shown_once(row, shown) for row in rows)) for name, rows in found.items())
    components = schema["components"]["schemas"]
    shapes = tuple(_shape(name, row, components) for name, row in sorted(components.items()))
    return Reference(groups, tuple(shape for shape in shapes if shape.fields or shape.one_of))


def _shown_once(operation: Operation, shown: dict[str, str]) -> Operation:
    """The operation, which names the one above it where its example stands already; `shown` has those so far."""
    answers = tuple(replace(answer, as_of=shown.get(answer.example, "")) for answer in operation.answers)
    shown.update({answer.example: operation.key for answer in answers[:1] if not answer.as_of})
    return replace(operation, answers=answers)


def command_of(operation: Operation, main: str, sub: str) -> str:
    """The operation as a command of curl, about the reader's own administrations."""
    values = {**IN_PATHS, "slug": main if "/items/" in operation.path else sub}
    path = re.sub(r"{(\w+)}", lambda name: values[name[1]], operation.path)
    lines = [f"curl -X {operation.method}" if operation.method != "GET" else "curl"]
    lines[0] += ' -H "Authorization: Bearer $EENLIJN_TOKEN"'
    for row in operation.parameters:
        if row.name in HEADERS:
            value = examples.DIGEST if operation.version == "digest" and row.name == "If-Match" else HEADERS[row.name]
            lines.append(f"  -H '{row.name}: {value}'")
    if operation.body_example:
        body = operation.body_example.replace(A_SUB, sub).replace("'", "’")
        lines += ["  -H 'Content-Type: application/json'", f"  -d '{body}'"]
    query = f"?confirm={sub}" if any(row.name == "confirm" for row in operation.parameters) else ""
    return " \\\n".join([*lines, f"  '{settings.BASE_URL.rstrip('/')}{path}{query}'"])


def _operation(path: str, method: str, row: Mapping[str, Any]) -> Operation:
    answers = [_answer(status, answer) for status, answer in sorted(row["responses"].items())]
    body = row.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Operation(
        key=row["operationId"],
        method=method.upper(),
        path=path,
        summary=row["summary"],
        about=row.get("description", ""),
        scopes=_scopes(path, method),
        parameters=tuple(_parameter(each) for each in row.get("parameters", ()) if each["in"] != "path"),
        body=_name_of(body.get("schema", {})),
        body_example=_example(body),
        answers=tuple(answer for answer in answers if answer.status < "3"),
        refusals=", ".join(
            answer.status for answer in answers if answer.status not in SAID_ONCE and answer.status >= "4"
        ),
    )


def _scopes(path: str, method: str) -> tuple[str, ...]:
    """The scopes of which a token needs one."""
    view = resolve(re.sub(r"{(\w+)}", lambda name: {**IN_PATHS, "slug": A_SUB}[name[1]], path)).func
    return tuple(str(scope) for scope in view.cls.scopes.get(method.upper(), ()))  # type: ignore[attr-defined]


def _parameter(row: Mapping[str, Any]) -> Field:
    about = row.get("description", "")
    return Field(row["name"], _kind_of(row["schema"]), "", row.get("required", False), about, row["in"])


def _answer(status: str, row: Mapping[str, Any]) -> Answer:
    media: Mapping[str, Any] = next(iter(row.get("content", {}).values()), {})
    return Answer(status, _name_of(media.get("schema", {})), _example(media), row.get("description", ""))


def _example(media: Mapping[str, Any]) -> str:
    for example in media.get("examples", {}).values():
        return json.dumps(example["value"], indent=1, ensure_ascii=False)
    return ""


def _shape(name: str, row: Mapping[str, Any], components: Mapping[str, Any]) -> Shape:
    needed = row.get("required", ())
    fields = []
    for key, field in row.get("properties", {}).items():
        words = [word for found in _references(field) for word in _words_of(found, components)]
        shape = "" if words else _name_of(field)
        fields.append(Field(key, " · ".join(words) or _kind_of(field), shape, key in needed))
    one_of = tuple(_name_of(each) for each in row.get("oneOf", ()) if "$ref" in each)
    return Shape(name, row.get("description", ""), tuple(fields), one_of)


def _words_of(reference: str, components: Mapping[str, Any]) -> list[str]:
    """The values of a shape that is a choice; none of one that has fields."""
    values = components[reference.rpartition("/")[2]].get("enum", ())
    return ["null" if value is None else str(value or "(empty)") for value in values]


def _name_of(schema: Mapping[str, Any]) -> str:
    """The shape that something has, is a list of, or maps to."""
    return next((found.rpartition("/")[2] for found in _references(schema)), "")


def _references(schema: Mapping[str, Any]) -> Iterator[str]:
    if "$ref" in schema:
        yield schema["$ref"]
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from _references(schema[key])
    for key in ("oneOf", "anyOf", "allOf"):
        for each in schema.get(key, ()):
            yield from _references(each)


def _kind_of(schema: Mapping[str, Any]) -> str:
    """The type of a value as it is read: `string`, `list of uuid`, `integer or null`."""
    if "enum" in schema:
        return " · ".join("null" if value is None else str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind_of(schema['items'])}".rstrip()
    types = schema.get("type", "")
    named = " or ".join(types) if isinstance(types, list) else types
    kind = schema.get("format") or ("" if _name_of(schema) and named != "object" else named)
    is_nullable = isinstance(types, list) and "null" in types and "null" not in kind
    return f"{kind} or null" if is_nullable else kind
