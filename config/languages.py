"""In which language an answer is."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

API_PREFIX = "/api/"
API_LANGUAGE = "en"


class LanguageMiddleware:
    """Pages are Dutch unless the reader chose otherwise; the API is English unless Accept-Language asks otherwise."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_api = request.path.startswith(API_PREFIX) and request.path != reverse("api:docs")
        language = asked_language(request) if is_api else chosen_language(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if is_api:
            patch_vary_headers(response, ("Accept-Language",))
        return response


def chosen_language(request: HttpRequest) -> str:
    """What the reader chose in the menu. What their browser speaks says nothing about what their colleagues read."""
    return known_language(request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")) or settings.LANGUAGE_CODE


def asked_language(request: HttpRequest) -> str:
    """The first language of Accept-Language that the product speaks."""
    asked = parse_accept_lang_header(request.headers.get("Accept-Language", ""))
    return next((known for code, _weight in asked if (known := known_language(code))), API_LANGUAGE)


def known_language(code: str) -> str | None:
    """The product's language for a code such as nl-BE; None for one that it does not speak."""
    try:
        return get_supported_language_variant(code)
    except LookupError:
        return None
