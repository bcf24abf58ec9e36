"""What a field of a form says where nothing is chosen in it."""

from django import forms
from django.utils import translation

from accounts.models import User
from tenants.entry_fields import DASHES, name_empty_choices


def test_nothing_chosen_is_a_word_and_a_label_of_ones_own_stays():
    dashes = forms.ChoiceField(choices=[("", DASHES), ("a", "A")])
    own = forms.ChoiceField(choices=[("", "always shown"), ("a", "A")])
    full = forms.ChoiceField(choices=[("a", "A")])
    name_empty_choices([dashes, own, full, forms.CharField()])
    with translation.override("nl"):
        shown = [[str(label) for _key, label in field.choices] for field in (dashes, own, full)]
    assert shown == [["Kies…", "A"], ["always shown", "A"], ["A"]]


def test_a_list_of_settings_says_it_too(db):
    dashes = forms.ModelChoiceField(User.objects.none(), required=False)
    without = forms.ModelChoiceField(User.objects.none(), empty_label=None)
    name_empty_choices([dashes, without])
    assert str(dashes.empty_label) != DASHES
    assert without.empty_label is None
