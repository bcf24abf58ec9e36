"""What Django says of a form in Dutch is said as on the rest of the page."""

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import override

from config.django_phrases import PHRASES


def test_a_field_that_was_left_empty_says_what_to_do() -> None:
    with override("nl"), pytest.raises(ValidationError, match="Vul dit in"):
        forms.CharField().clean("")


def test_every_phrase_is_one_of_django() -> None:
    with override(None):
        assert str(forms.Field.default_error_messages["required"]) in PHRASES
