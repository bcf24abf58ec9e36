"""`If-Match`: a decision is about the version of a plan that was looked at, an edit about the digest of a setting."""

import re

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.request import Request

from settings_sync.models import Plan

VERSION = re.compile(r'(?:W/)?"?([1-9][0-9]{0,8})"?')
DIGEST = re.compile(r'(?:W/)?"?([0-9a-f]{64})"?')


class VersionMissing(APIException):
    """This request needs a header If-Match with the version of the plan."""

    status_code = 428
    default_code = "precondition-required"
    default_detail = _("This request needs a header If-Match with the version of the plan that you looked at.")


class DigestMissing(VersionMissing):
    """This request needs a header If-Match with the digest of the setting."""

    default_detail = _("This request needs a header If-Match with the digest of the setting that you looked at.")


class VersionDiffers(APIException):
    """The plan has another version than the one in If-Match."""

    status_code = 412
    default_code = "precondition-failed"
    default_detail = _("The plan has changed since the version in If-Match; get it again and look before you decide.")


def version_asked(request: Request, plan: Plan) -> int:
    """The version in If-Match, which is the plan's.

    Raises VersionMissing, VersionDiffers, or ValidationError when what it holds is no version.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given:
        raise VersionMissing
    found = VERSION.fullmatch(given)
    if found is None:
        raise ValidationError({"If-Match": [_("This is not the version of a plan, such as 3.")]})
    if int(found[1]) != plan.version:
        raise VersionDiffers
    return int(found[1])


def tagged(plan: Plan) -> dict[str, str]:
    """The header that tells a plan's version."""
    return {"ETag": f'"{plan.version}"'}


def digest_asked(request: Request, *, is_required: bool = True) -> str | None:
    """The digest in If-Match; None where there is none and none is required.

    Raises DigestMissing, or ValidationError when what it holds is no digest.
    """
    given = request.headers.get("If-Match")
    if given is None:
        if is_required:
            raise DigestMissing
        return None
    found = DIGEST.fullmatch(given.strip())
    if found is None:
        raise ValidationError({"If-Match": [_("This is not the digest of a setting: 64 hexadecimal digits.")]})
    return found[1]


def tagged_item(digest: str) -> dict[str, str]:
    """The header that tells a setting's digest."""
    return {"ETag": f'"{digest}"'}
