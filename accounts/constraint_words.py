"""What the database asks of users, where the constraint does not say it by itself."""

from django.utils.translation import gettext_lazy as _

WORDS = {"accounts_user_email_any_case": ("email", _("There is a user with this e-mail address already."))}
