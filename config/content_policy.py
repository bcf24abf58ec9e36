"""The Content-Security-Policy of pages, and that of the admin, which draws itself with Alpine."""

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

ADMIN = "/admin/"
OF_THE_ADMIN = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}
"""What unfold cannot do without: Alpine evaluates its attributes, and styles stand in the page. No script in the page
runs, and nothing is loaded from or sent elsewhere."""


class ContentPolicy(CSPMiddleware):
    """Middleware: the policy of the settings on every answer, with what the admin needs on its pages."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(ADMIN) and not report_only:
            parts.replace = {**OF_THE_ADMIN, **(parts.replace or {})}
        return parts
