"""What the database asks of invitations, where the constraint does not say it by itself."""

from django.utils.translation import gettext_lazy as _

WORDS = {"people_invitation_one_open": ("email", _("Somebody else invited this person just now."))}
