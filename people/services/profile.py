"""What somebody changes of their own account: name, language, e-mail address and password."""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode

from accounts.acting import refuse_while_acting
from accounts.models import User, same_address
from accounts.services import check_password_again, count_request
from audit.models import record

from ..exceptions import AddressTaken, LinkForeign, LinkUsed, NoMailServer
from ..links import NEW_ADDRESS, read_key
from ..mails import send_password_link, send_to_new_address, tell_address_changed, tell_password_changed

NEW_ADDRESS_SECONDS = 24 * 60 * 60


def save_profile(*, acting_user: User, name: str, language: str) -> None:
    """Write somebody's own name and language."""
    refuse_while_acting()
    with transaction.atomic():
        acting_user.name = name
        acting_user.language = language
        acting_user.save(update_fields=["name", "language"])
        record("profile.saved", actor=acting_user)


def ask_new_address(*, request: HttpRequest, acting_user: User, email: str, password: str) -> None:
    """Send a link to the new address; until it is opened the former one stays.

    Whether another account has that address is not told here. Raises NoMailServer, WrongPassword or TooManyAttempts.
    """
    refuse_while_acting()
    if not settings.SENDS_MAIL:
        raise NoMailServer
    check_password_again(request=request, password=password)
    with transaction.atomic():
        send_to_new_address(acting_user, email)
        record("address.asked", actor=acting_user, to=email)


def confirm_new_address(key: str) -> tuple[User, str]:
    """The person and the new address of a link; it works once, because it names the former address as well.

    Raises LinkForeign, LinkExpired or LinkUsed.
    """
    facts = read_key(NEW_ADDRESS, key, NEW_ADDRESS_SECONDS)
    user = User.objects.filter(pk=facts["user"], is_active=True).first()
    if user is None:
        raise LinkForeign
    if user.email != facts["former"]:
        raise LinkUsed
    return user, str(facts["to"])


def change_address(*, acting_user: User, key: str) -> None:
    """Make the address of a link that of the account. Raises as `confirm_new_address`, and AddressTaken."""
    refuse_while_acting()
    user, email = confirm_new_address(key)
    if user.pk != acting_user.pk:
        raise LinkForeign
    former = user.email
    try:
        with transaction.atomic():
            if User.objects.exclude(pk=user.pk).filter(email__iexact=same_address(email)).exists():
                raise AddressTaken
            User.objects.filter(pk=user.pk, email=former).update(email=User.objects.normalize_email(email))
            record("address.changed", actor=user, former=former, to=email)
            tell_address_changed(user, former=former, now=email)
    except IntegrityError:
        raise AddressTaken from None


def forgot_password(*, email: str, address: str) -> None:
    """Send a link to who has an account with this e-mail address; the answer is the same when nobody has.

    `address` is the network address that it is counted for. Raises TooManyAttempts.
    """
    count_request(about="forgot-password", email=email, address=address)
    try:
        user = User.objects.get_by_natural_key(email)
    except User.DoesNotExist:
        return
    if user.is_active:
        with transaction.atomic():
            send_password_link(user)
            record("password.forgotten", on_behalf_of=user.email)


def find_by_password_link(number: str, token: str) -> User:
    """Whom a link for a new password is of. Raises LinkForeign: it was used, is too old, or is none of ours."""
    try:
        user = User.objects.filter(pk=int(force_str(urlsafe_base64_decode(number))), is_active=True).first()
    except (ValueError, OverflowError):
        user = None
    if user is None or not default_token_generator.check_token(user, token):
        raise LinkForeign
    return user


def set_password(*, user: User, password: str, how: str) -> None:
    """Write a new password, which ends every session; `how` is `reset` by a link or `changed` by its owner."""
    refuse_while_acting()
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        record(f"password.{how}", actor=user)
        tell_password_changed(user)
