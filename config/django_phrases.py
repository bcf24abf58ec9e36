"""Phrases of Django that read otherwise in our Dutch than in its own: named here, so that our catalog has them."""

from django.utils.translation import gettext_noop

PHRASES = (gettext_noop("This field is required."),)
