"""What each administration fills in for itself in the print template of a form that all of them share."""

from catalog_kit.company_values import CompanyValues


class FormValues(CompanyValues):
    """The company details in a print template."""

    fields = ("print_template",)
