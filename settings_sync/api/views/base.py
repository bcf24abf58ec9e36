"""What every view of the API shares: who calls, which scope it takes, JSON in and out."""

from typing import Any, ClassVar

from django.db import ProgrammingError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts.models import Scope
from settings_sync.api.protocol.authentication import (
    BearerAuthentication,
    HasScope,
    ScopesByMethod,
    token_of,
    user_of,
)
from settings_sync.api.protocol.parsers import StrictJSONParser
from settings_sync.api.protocol.renderers import ExactJSONRenderer
from settings_sync.api.protocol.throttling import Allowance, TokenThrottle
from settings_sync.api.visibility import find_administration, visible_administrations
from settings_sync.exceptions import AdministrationDamaged
from settings_sync.permissions import NotAllowed, may_run_sync
from settings_sync.shapes.base import NoFields
from tenants.models import Administration
from tenants.schemas import WrongSchema
from tenants.wholeness import note_damage

READ_SETTINGS = (Scope.SETTINGS_READ,)
WRITE_SETTINGS = (Scope.SETTINGS_WRITE,)
PREVIEW = (Scope.SYNC_PREVIEW, Scope.SYNC_RUN)
RUN = (Scope.SYNC_RUN,)
READ_RUNS = (Scope.SETTINGS_READ, Scope.SYNC_PREVIEW, Scope.SYNC_RUN)
MANAGE = (Scope.ADMINISTRATIONS_MANAGE,)
LOOK_AROUND = (Scope.SETTINGS_READ, Scope.SYNC_PREVIEW, Scope.SYNC_RUN, Scope.ADMINISTRATIONS_MANAGE)


class TokenView(APIView):
    """A view for tokens; `scopes` names per method the scopes of which a token needs one."""

    authentication_classes = [BearerAuthentication]
    permission_classes = [HasScope]
    parser_classes = [StrictJSONParser]
    renderer_classes = [ExactJSONRenderer]
    throttle_classes = [TokenThrottle]
    metadata_class = None
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    scopes: ClassVar[ScopesByMethod] = {}
    allowance: Allowance | None = None
    is_let_in = False

    @property
    def main(self) -> Administration:
        """The token's main administration. Raises Http404 when its user may not enter it (any more)."""
        return find_administration(self.request, token_of(self.request).administration.slug)

    def check_permissions(self, request: Request) -> None:
        """Count the call first: one that is refused is a call too, and its answer tells what is left."""
        super().check_throttles(request)
        super().check_permissions(request)
        self.is_let_in = request.auth is not None

    def check_throttles(self, request: Request) -> None:
        """Nothing more: the call was counted before its scopes were looked at."""

    def handle_exception(self, exc: Exception) -> Response:
        """Say which administration was lost where that is why, as pages do, and not that something went wrong."""
        # Before somebody was let in nobody's administrations are known.
        if self.is_let_in and isinstance(exc, (ProgrammingError, WrongSchema)):
            return super().handle_exception(self._damage() or exc)
        return super().handle_exception(exc)

    def _damage(self) -> AdministrationDamaged | None:
        """The first of the administrations that the token sees of which the database lost something; the one of the
        address before others."""
        slug = self.kwargs.get("slug")
        damaged = note_damage(visible_administrations(self.request))
        for row in sorted(damaged, key=lambda row: (row.slug != slug, row.slug)):
            return AdministrationDamaged(name=row.name, damage=damaged[row])
        return None

    def finalize_response(self, *args: Any, **kwargs: Any) -> Response:
        """Every answer to a token tells what is left of its calls."""
        response = super().finalize_response(*args, **kwargs)
        for name, value in (self.allowance.headers() if self.allowance else {}).items():
            response[name] = value
        return response

    def checked(self, serializer: type[BaseSerializer[Any]], data: Any) -> Any:
        """What was sent, checked and typed. Raises ValidationError."""
        given = serializer(data=data)
        given.is_valid(raise_exception=True)
        return given.validated_data

    def nothing_more(self) -> None:
        """Raise ValidationError for a body with fields, where a request takes none."""
        self.checked(NoFields, self.request.data)


class SyncView(TokenView):
    """A view for whose user may sync from the token's main administration; others are refused."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Ask for the right before anything else that it takes."""
        super().initial(request, *args, **kwargs)
        if request.auth is not None and not may_run_sync(user_of(request), self.main):
            raise NotAllowed("sync.run")


def created(data: Any, location: str, status: int = 201) -> Response:
    """The answer to what made something: where it is."""
    return Response(data, status=status, headers={"Location": location})
