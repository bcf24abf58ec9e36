"""Every route of the URL configuration, and what its address is filled in with. One that is not known here fails."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

PUBLIC = {
    "accounts:login": "who has not signed in signs in here",
    "accounts:logout": "ends the visitor's own session",
    "admin-sign-out": "the same, from the admin",
    "accounts:code": "the second step of signing in",
    "account:forgot": "who forgot a password asks for a link; the answer is the same for everybody",
    "account:new-password": "whoever has the link of a mail (test_account.py)",
    "account:invitation": "the same (test_invitations.py)",
    "demo-mail": "what the demo would have sent, in the demo alone (test_mail_pages.py)",
    "set_language": "a cookie with the visitor's own language",
    "api:schema": "the description of the API, which holds no data",
    "api:docs": "the same for people",
    "api:None": "what is no address of the API",
    "None": "the icon",
    "healthz": "for load balancers",
    "readyz": "for load balancers",
    "metrics": "for this machine or with a token (test_metrics.py)",
    "styleguide": "made-up data, in development and in the demo alone",
    "admin:login": "leads on to the one page to sign in",
}
OF_THE_ACCOUNT = (
    "home", "accounts:security", "accounts:enable", "accounts:renew-codes", "accounts:disable", "accounts:end-acting",
    "account:profile", "account:ask-address", "account:password", "account:new-address",
    "guide:help", "guide:topic", "guide:tour", "notices:list", "notices:read", "notices:choose", "notices:open",
)  # fmt: skip
OPEN_TO_MEMBERS = {
    "switch": "whoever may enter an administration goes on to another one; listed are those that they may enter",
    "administration-home": "whoever may enter an administration sees its start page",
    "help": "texts of the product, the same for everybody",
    "help-topic": "the same",
    "search": "it finds what the reader may see (test_searching.py)",
}
NOT_BY_GET = {"templates:preview_new": "previews what is typed in a form, which comes by POST"}


@dataclass(frozen=True)
class Route:
    """One address: `name` with its namespaces, `pattern` as it stands in the URL configuration, and its view."""

    name: str
    pattern: str
    view: Any
    converters: tuple[str, ...]

    @property
    def area(self) -> str:
        """`page` of an administration, `api`, `admin`, `account` or `public`."""
        for start, area in (("a/", "page"), ("admin/", "admin")):
            if self.pattern.startswith(start) and self.name not in PUBLIC:
                return area
        if self.name in PUBLIC:
            return "public"
        if self.name in OF_THE_ACCOUNT:
            return "account"
        return "api" if self.pattern.startswith("api/v1/") else "unlisted"

    def address(self, samples: dict[str, Any]) -> str:
        """The address with sample values; raises KeyError for an argument that this test does not know."""
        if self.name.endswith("None"):
            return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(samples[found[1]]), self.pattern)
        return reverse(self.name, kwargs={name: samples[name] for name in self.converters})


def all_routes() -> list[Route]:
    """Every route, in the order of the URL configuration."""
    return list(_walk(get_resolver().url_patterns, "", (), ()))


def _walk(patterns: Any, above: str, spaces: tuple[str, ...], converters: tuple[str, ...]) -> Iterator[Route]:
    for found in patterns:
        pattern = above + str(found.pattern)
        names = (*converters, *found.pattern.regex.groupindex)
        if isinstance(found, URLResolver):
            below = (*spaces, found.namespace) if found.namespace else spaces
            yield from _walk(found.url_patterns, pattern, below, names)
        elif isinstance(found, URLPattern):
            yield Route(":".join([*spaces, str(found.name)]), pattern, found.callback, names)


ADMIN_SAMPLES = {
    "object_id": uuid.UUID(int=7),
    "app_label": "accounts",
    "content_type_id": 1,
    "url": "nowhere",
    "id": "7",
    "kind": "forms_catalog.form",
    "uid": uuid.UUID(int=7),
}
