"""The OpenAPI description: what each operation takes and answers, and the problems that any of them may answer."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.utils.text import slugify
from drf_spectacular.drainage import get_override
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerExtension
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    PolymorphicProxySerializer,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers

from settings_sync.shapes.base import Body

from .authentication import BearerAuthentication
from .idempotency import LONGEST_KEY
from .pagination import PageQuery
from .preconditions import DIGEST, VERSION
from .problems import CONTENT_TYPE

View = TypeVar("View", bound=Callable[..., Any])
Shape = type[serializers.Serializer[Any]]


def describe(
    summary: str,
    answer: Shape | None,
    *,
    body: Shape | Sequence[Shape] | None = None,
    answers: Sequence[Shape] = (),
    query: Shape | None = None,
    status: int = 200,
    later: int | None = None,
    paginated: bool = False,
    key_is_required: bool = False,
    is_list: bool = False,
    answers_list: bool = False,
    matches: bool = False,
    matches_digest: bool | None = None,
) -> Callable[[View], View]:
    """Decorate a method of a view: what it takes and answers. The method's docstring says the rest.

    `is_list`: the body is a list of that shape; `answers_list`: so is the answer; `answers`: one of several shapes;
    `later`: the status of the same answer while it is not ready; `matches`: it needs If-Match; `matches_digest`: it
    takes a digest there, and whether it needs one.
    """

    def decorate(view: View) -> View:
        parameters: list[Any] = [query] if query else []
        if paginated:
            parameters.append(PageQuery)
        if view.__name__ == "post":
            parameters.append(_key_parameter(key_is_required))
        if matches:
            parameters.append(VERSION_PARAMETER)
        if matches_digest is not None:
            parameters.append(_digest_parameter(matches_digest))
        shown: Any = page_shape(answer) if paginated and answer else answer
        if answers:
            shown = _body(answers)
        if answer and answers_list:
            shown = answer(many=True)
        return extend_schema(
            operation_id=slugify(summary).replace("-", "_"),
            summary=summary,
            request=body[0](many=True) if is_list and isinstance(body, Sequence) else _body(body),
            responses=dict.fromkeys((status, later) if later else (status,), shown),
            parameters=parameters,
        )(view)

    return decorate


@functools.cache
def page_shape(answer: Shape) -> Shape:
    """The shape of one page of a list."""
    name = answer.__name__.removesuffix("Shape")
    fields = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": answer(many=True),
    }
    page = type(f"{name}Page", (serializers.Serializer,), {**fields, "__doc__": "One page; follow `next`."})
    rows = [example.value for example in get_override(answer, "examples", [])]
    shown = [OpenApiExample("A page", value={"next": None, "previous": None, "results": rows}, response_only=True)]
    return extend_schema_serializer(examples=shown if rows else None)(page)


def _body(body: Shape | Sequence[Shape] | None) -> Any:
    if body is None or isinstance(body, type):
        return body
    name = "Or".join(shape.__name__ for shape in body)
    return PolymorphicProxySerializer(component_name=name, serializers=list(body), resource_type_field_name=None)


def _key_parameter(is_required: bool) -> OpenApiParameter:
    return OpenApiParameter(
        name="Idempotency-Key",
        location=OpenApiParameter.HEADER,
        required=is_required,
        type={"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[ -~]*[!-~][ -~]*$"},
        description="A text of your own. The same key and body get the same answer for a day.",
    )


def _digest_parameter(is_required: bool) -> OpenApiParameter:
    return OpenApiParameter(
        name="If-Match",
        location=OpenApiParameter.HEADER,
        required=is_required,
        type={"type": "string", "pattern": f"^{DIGEST.pattern}$"},
        description="The digest of the setting that was looked at.",
    )


VERSION_PARAMETER = OpenApiParameter(
    name="If-Match",
    location=OpenApiParameter.HEADER,
    required=True,
    type={"type": "string", "pattern": f"^{VERSION.pattern}$"},
    description="The version of the plan that was looked at.",
)


class StrictBody(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """Requests take no field that they do not name, and the description says so."""

    target_class = Body
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: Any) -> dict[str, Any]:
        """The usual description, closed."""
        described: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**described, "additionalProperties": False}


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description names our tokens."""

    target_class = BearerAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


REFUSALS = {
    400: "What was sent is not right.",
    401: "There is no token, or it does not work (any more).",
    403: "The token's scopes, or its user's rights, do not reach this far.",
    404: "There is nothing here, or nothing that this token may see.",
    406: "The API answers with application/json.",
    409: "It cannot be done as things stand; `type` says why.",
    412: "The plan has another version than If-Match says.",
    415: "The API takes application/json.",
    422: "This Idempotency-Key was sent with another request before.",
    428: "If-Match is missing.",
    429: "Too many requests; `Retry-After` says how long to wait.",
    503: "Part of the product is away; `Retry-After` says when to try again.",
}
"""What an operation may refuse with, by status; `type` in the body says which problem it is."""
EVERYWHERE = (401, 403, 404, 406, 429, 503)
BY_METHOD = {
    "post": (400, 409, 415, 422),
    "put": (400, 409, 415, 422),
    "patch": (400, 409, 415),
    "delete": (409,),
}


def add_problems(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Let every operation name the problems that it may answer; drf-spectacular calls this last."""
    result["components"]["schemas"]["Problem"] = _problem_schema()
    for operations in result["paths"].values():
        for method, operation in operations.items():
            if "requestBody" in operation:
                is_needed = _is_needed(operation["requestBody"], result["components"])
                # What is put is the whole of a thing, also where none of its fields must be there.
                operation["requestBody"]["required"] = method == "put" or is_needed
            for status in _refused_with(method, operation.get("parameters", ())):
                operation["responses"][str(status)] = _problem(status)
    return result


def _is_needed(body: dict[str, Any], components: dict[str, Any]) -> bool:
    """Whether every shape that a body can have names a field that must be there."""

    def is_list_or_needs_something(schema: dict[str, Any]) -> bool:
        found = components["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
        if "oneOf" in found:
            return all(is_list_or_needs_something(one) for one in found["oneOf"])
        return found.get("type") == "array" or bool(found.get("required"))

    return all(is_list_or_needs_something(media["schema"]) for media in body["content"].values())


def _refused_with(method: str, parameters: Sequence[dict[str, Any]]) -> list[int]:
    """The statuses with which an operation refuses: some come from anywhere, others from what it takes."""
    found = {*EVERYWHERE, *BY_METHOD.get(method, ())}
    if any(row["in"] == "query" for row in parameters):
        found.add(400)
    if any(row["name"] == "If-Match" for row in parameters):
        found |= {400, 412, 428}
    return sorted(found)


def _problem(status: int) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    described = {"description": REFUSALS[status], "content": {CONTENT_TYPE: {"schema": schema}}}
    if status in (429, 503):
        wait = {"description": "Seconds to wait.", "schema": {"type": "integer"}, "required": True}
        described["headers"] = {"Retry-After": wait}
    return described


def _problem_schema() -> dict[str, Any]:
    text = {"type": "string"}
    properties: dict[str, Any] = dict.fromkeys(("type", "title", "detail"), text)
    messages = {"type": "array", "items": text}
    return {
        "type": "object",
        "description": "Every error (RFC 9457); `errors` says per field what is wrong.",
        "properties": {
            **properties,
            "status": {"type": "integer"},
            "errors": {"type": "object", "additionalProperties": messages},
        },
        "required": ["type", "title", "status", "detail"],
    }
