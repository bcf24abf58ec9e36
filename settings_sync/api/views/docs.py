"""The description of the API, for programs and for people; and the answer for addresses that do not exist."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ..problems import problem_types


class Schema(SpectacularAPIView):
    """OpenAPI 3.1, as JSON or YAML."""

    permission_classes = [AllowAny]
    renderer_classes = [OpenApiJsonRenderer2, OpenApiYamlRenderer]


@require_safe
def show_docs(request: HttpRequest) -> HttpResponse:
    """The browsable page, with the list of problem types. It loads nothing from elsewhere."""
    return render(request, "api/docs.html", {"problem_types": problem_types()})


@extend_schema(exclude=True)
class NoSuchAddress(APIView):
    """Whatever is not an address of the API."""

    permission_classes = [AllowAny]
    renderer_classes = [JSONRenderer]

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        self.http_method_names = [request.method.lower()]
        setattr(self, request.method.lower(), self.refuse)
        return super().dispatch(request, *args, **kwargs)

    def refuse(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """404, by any method."""
        raise NotFound
