"""The form with company details."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from .company import COMPANY_FIELDS, is_iban
from .models import Administration

SPACES = re.compile(r"[\s.\-]+")
VAT_NUMBER = re.compile(r"[A-Z]{2}[0-9A-Z]{2,13}")
DUTCH_VAT_NUMBER = re.compile(r"NL[0-9]{9}B[0-9]{2}")


class CompanyDetailsForm(forms.ModelForm):  # type: ignore[type-arg]
    """Everything may stay empty; what is filled in has to be right."""

    class Meta:
        model = Administration
        fields = COMPANY_FIELDS
        help_texts = {
            "company_name": _("As it stands on quotations and invoices."),
            "company_vat_number": _("For example NL123456789B01."),
            "company_iban": _("The account that customers pay to."),
        }
        widgets = {
            "company_name": forms.TextInput(attrs={"autocomplete": "organization"}),
            "company_street": forms.TextInput(attrs={"autocomplete": "street-address"}),
            "company_postcode": forms.TextInput(attrs={"autocomplete": "postal-code"}),
            "company_city": forms.TextInput(attrs={"autocomplete": "address-level2"}),
            "company_phone": forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
        }

    def clean_company_vat_number(self) -> str:
        number = SPACES.sub("", self.cleaned_data["company_vat_number"]).upper()
        pattern = DUTCH_VAT_NUMBER if number.startswith("NL") else VAT_NUMBER
        if number and not pattern.fullmatch(number):
            raise forms.ValidationError(
                _("This is not a VAT number. A Dutch one is NL, nine digits, B and two digits."), code="vat-number"
            )
        return number

    def clean_company_iban(self) -> str:
        number = SPACES.sub("", self.cleaned_data["company_iban"]).upper()
        if number and not is_iban(number):
            raise forms.ValidationError(
                _("This is not an IBAN: the check digits do not add up. Compare it with your bank statement."),
                code="iban",
            )
        return number
