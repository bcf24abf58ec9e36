"""The description of the API, for programs and for people; and the answer for addresses that do not exist."""

import functools
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from settings_sync.api.protocol.problems import problem_types

from .quick_start import quick_start_for
from .reference import Reference, command_of, make_reference


class DescribedOnce(SchemaGenerator):
    """Describes the API once in each language: it takes a third of a second, and anybody may ask for it."""

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        return _described(get_language() or "")


@functools.lru_cache(maxsize=8)
def _described(language: str) -> Any:
    return SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]


class Schema(SpectacularAPIView):
    """OpenAPI 3.1, as JSON or YAML."""

    permission_classes = [AllowAny]
    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer]
    generator_class = DescribedOnce

    def _get_version_parameter(self, request: Request) -> None:
        """The version stands in the path; what else is asked for would come back in a header."""


@functools.lru_cache(maxsize=1)
def _reference() -> Reference:
    """Made once, in English: that is the language of summaries, and of answers to programs."""
    with override("en"):
        return make_reference(_described("en"))


@csrf_exempt
@require_safe
def show_docs(request: HttpRequest) -> HttpResponse:
    """A quick start, what to know of versions and retries, every operation and shape, and the problem types."""
    quick_start = quick_start_for(request.user)
    reference = _reference()
    context = {
        "problem_types": problem_types(),
        "quick_start": quick_start,
        "reference": reference,
        "commands": {
            operation.key: command_of(operation, quick_start.main_slug, quick_start.sub_slug)
            for group in reference.groups
            for operation in group.operations
        },
    }
    return render(request, "api/docs.html", context)


@extend_schema(exclude=True)
class NoSuchAddress(APIView):
    """Whatever is not an address of the API."""

    permission_classes = [AllowAny]
    renderer_classes = [JSONRenderer]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """404, by any method: it is said before the method is looked at."""
        if request.path.endswith("/"):
            raise NotFound
        raise NotFound(_("There is nothing at this address: the addresses of the API end in a slash."))
