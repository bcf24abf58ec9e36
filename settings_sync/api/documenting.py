"""The OpenAPI description: what each operation takes and answers, and the problems that any of them may answer."""

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.utils.text import slugify
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import OpenApiParameter, PolymorphicProxySerializer, extend_schema
from rest_framework import serializers

from .authentication import BearerAuthentication
from .idempotency import LONGEST_KEY
from .pagination import PageQuery
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
    paginated: bool = False,
    key_is_required: bool = False,
    is_list: bool = False,
    matches: bool = False,
) -> Callable[[View], View]:
    """Decorate a method of a view: what it takes and answers. The method's docstring says the rest.

    `is_list`: the body is a list of that shape; `answers`: one of several shapes; `matches`: it needs If-Match.
    """

    def decorate(view: View) -> View:
        parameters: list[Any] = [query] if query else []
        if paginated:
            parameters.append(PageQuery)
        if view.__name__ == "post":
            parameters.append(_key_parameter(key_is_required))
        if matches:
            parameters.append(VERSION_PARAMETER)
        shown: Any = page_shape(answer) if paginated and answer else answer
        if answers:
            shown = _body(answers)
        return extend_schema(
            operation_id=slugify(summary).replace("-", "_"),
            summary=summary,
            request=body[0](many=True) if is_list and isinstance(body, Sequence) else _body(body),
            responses={status: shown},
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
    return type(f"{name}Page", (serializers.Serializer,), {**fields, "__doc__": "One page; follow `next`."})


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
        type={"type": "string", "minLength": 1, "maxLength": LONGEST_KEY, "pattern": "^[!-~]+$"},
        description="A text of your own. The same key and body get the same answer for a day.",
    )


VERSION_PARAMETER = OpenApiParameter(
    name="If-Match",
    location=OpenApiParameter.HEADER,
    required=True,
    type={"type": "string", "pattern": '^"?[1-9][0-9]{0,8}"?$'},
    description="The version of the plan that was looked at.",
)


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description names our tokens."""

    target_class = BearerAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer"}


def add_problems(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """Let every operation answer a problem; drf-spectacular calls this last."""
    schema = {"$ref": "#/components/schemas/Problem"}
    problem = {"description": "A problem; its `type` is listed below.", "content": {CONTENT_TYPE: {"schema": schema}}}
    result["components"]["schemas"]["Problem"] = _problem_schema()
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = problem
    return result


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
