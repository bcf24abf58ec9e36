"""The frame in which an item is shown as people will read it: nothing in it runs or asks for anything outside."""

from collections.abc import Callable
from typing import Any

from csp.constants import SELF
from csp.decorators import csp
from django.http import HttpResponseBase
from django.views.decorators.clickjacking import xframe_options_sameorigin

View = Callable[..., HttpResponseBase]

POLICY: dict[str, Any] = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "frame-ancestors": [SELF],
    "sandbox": True,
}


def framed(view: View) -> View:
    """Decorate a view whose answer is shown inside a page of ours.

    Pictures of elsewhere are left out too: their addresses could carry away the values that were filled in.
    """
    decorated: View = csp(POLICY)(xframe_options_sameorigin(view))
    return decorated
