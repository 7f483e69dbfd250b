"""Who may: by role, and for a token also by scope. Pages use the decorators, the API the classes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, ClassVar

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from people.models import ApiToken, Role, Scope

if TYPE_CHECKING:  # at run time the framework imports this module first
    from rest_framework.views import APIView

View = Callable[..., HttpResponseBase]


def _only(*roles: Role) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # 404, not 403: whoever may not see a page does not learn that it is there.
            if not request.user.is_authenticated or request.user.role not in roles:
                raise Http404
            return view(request, *args, **kwargs)

        guarded.roles = frozenset(roles)  # type: ignore[attr-defined]  # read by the permission matrix test
        return guarded

    return decorate


anyone_signed_in = _only(Role.ANNOTATOR, Role.SCIENTIST, Role.ADMIN)
scientists_only = _only(Role.SCIENTIST, Role.ADMIN)
admins_only = _only(Role.ADMIN)


class DenyUnlessStated(BasePermission):
    """The default: an API view that names no permission answers nobody."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return False


class _RoleAndScope(BasePermission):
    roles: ClassVar[frozenset[str]] = frozenset()
    write_scope: ClassVar[str] = ""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated or request.user.role not in self.roles:
            return False
        if not isinstance(request.auth, ApiToken):
            return True  # a signed-in browser; CSRF was checked
        needed = Scope.READ if request.method in SAFE_METHODS else getattr(view, "write_scope", self.write_scope)
        return needed in request.auth.scopes


class AnyoneSignedIn(_RoleAndScope):
    roles = frozenset(Role.values)
    write_scope = Scope.RATE


class ScientistsOnly(_RoleAndScope):
    roles = frozenset({Role.SCIENTIST, Role.ADMIN})
    write_scope = Scope.RUN


class AdminsOnly(_RoleAndScope):
    roles = frozenset({Role.ADMIN})
    write_scope = Scope.RUN
