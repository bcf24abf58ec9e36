"""Signing in and out."""

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from .acting import end_acting
from .acting_requests import acting_id
from .addresses import network_address, next_address, wanted_address
from .forms import SignInForm
from .languages import in_language_of
from .second_factor import has_second_factor
from .second_factor_pages import ask_for_code
from .services import SignInRefused, check_sign_in

DEMO_PASSWORD = "demo"  # nosec B105 # the demo's, on the demo only
DEMO_ACCOUNTS = (
    "beheerder@van-dijk.example",
    "planner@van-dijk.example",
    "noord@van-dijk.example",
    "beheerder@de-boer.example",
    "support@eenlijn.example",
)


@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for e-mail address and password; go on to `next` when it is an address of this site."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(next_address(request))
    form = SignInForm(request.POST or None)
    if form.is_valid():
        try:
            user = check_sign_in(request=request, address=network_address(request), **form.cleaned_data)
        except SignInRefused as refusal:
            form.add_error(None, str(refusal))
        else:
            if has_second_factor(user):
                return ask_for_code(request, user)
            login(request, user)
            return in_language_of(user, HttpResponseRedirect(next_address(request)))
    return render(request, "accounts/sign_in.html", _sign_in_context(request, form))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and what it did on behalf of somebody."""
    number = acting_id(request)
    if number is not None:
        end_acting(number, how="signed_out")
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)


def _sign_in_context(request: HttpRequest, form: SignInForm) -> dict[str, object]:
    demo = {"demo_accounts": DEMO_ACCOUNTS, "demo_password": DEMO_PASSWORD} if settings.DEMO else {}
    return {"form": form, "next": wanted_address(request), **demo}
