"""Let a form ask more: types, limits, rules, formulas and tables with rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("forms_catalog", "0004_label_options"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="field",
            name="forms_catalog_field_type",
        ),
        migrations.RemoveConstraint(
            model_name="field",
            name="forms_catalog_field_options_of_choices",
        ),
        migrations.AddField(
            model_name="field",
            name="allows_other",
            field=models.BooleanField(default=False, verbose_name="with “other, namely”"),
        ),
        migrations.AddField(
            model_name="field",
            name="at_least",
            field=models.CharField(blank=True, default="", max_length=30, verbose_name="at least"),
        ),
        migrations.AddField(
            model_name="field",
            name="at_most",
            field=models.CharField(blank=True, default="", max_length=30, verbose_name="at most"),
        ),
        migrations.AddField(
            model_name="field",
            name="decimals",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="decimals at most"),
        ),
        migrations.AddField(
            model_name="field",
            name="formula",
            field=models.CharField(blank=True, default="", max_length=2000, verbose_name="formula"),
        ),
        migrations.AddField(
            model_name="field",
            name="list_source",
            field=models.CharField(
                blank=True,
                choices=[
                    ("employees", "employees"),
                    ("contacts", "contacts of the customer"),
                    ("projects", "projects of the customer"),
                    ("work_types", "work types"),
                    ("hour_types", "hour types"),
                    ("priorities", "priorities"),
                    ("errors", "errors"),
                    ("solutions", "solutions"),
                    ("payment_methods", "payment methods"),
                ],
                default="",
                max_length=20,
                verbose_name="which list",
            ),
        ),
        migrations.AddField(
            model_name="field",
            name="required_when",
            field=models.CharField(blank=True, default="", max_length=2000, verbose_name="required only when"),
        ),
        migrations.AddField(
            model_name="field",
            name="unit",
            field=models.CharField(blank=True, default="", max_length=20, verbose_name="unit"),
        ),
        migrations.AddField(
            model_name="field",
            name="valid_message",
            field=models.CharField(blank=True, default="", max_length=300, verbose_name="message when it is not"),
        ),
        migrations.AddField(
            model_name="field",
            name="valid_when",
            field=models.CharField(blank=True, default="", max_length=2000, verbose_name="accepted when"),
        ),
        migrations.AddField(
            model_name="field",
            name="visible_when",
            field=models.CharField(blank=True, default="", max_length=2000, verbose_name="and only when"),
        ),
        migrations.AddField(
            model_name="section",
            name="least_rows",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="rows at least"),
        ),
        migrations.AddField(
            model_name="section",
            name="most_rows",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="rows at most"),
        ),
        migrations.AddField(
            model_name="section",
            name="repeats",
            field=models.BooleanField(default=False, verbose_name="is a table with rows"),
        ),
        migrations.AddField(
            model_name="section",
            name="visible_when",
            field=models.CharField(blank=True, default="", max_length=2000, verbose_name="and only when"),
        ),
        migrations.AlterField(
            model_name="field",
            name="type",
            field=models.CharField(
                choices=[
                    ("text", "text"),
                    ("short_text", "short text"),
                    ("yes_no", "yes or no"),
                    ("number", "number"),
                    ("email", "e-mail address"),
                    ("telephone", "telephone number"),
                    ("web_address", "web address"),
                    ("date", "date"),
                    ("time", "time"),
                    ("date_time", "date and time"),
                    ("checkboxes", "checkboxes"),
                    ("several", "any of several"),
                    ("radio", "one of several"),
                    ("dropdown", "dropdown"),
                    ("rating", "rating"),
                    ("photo", "photo"),
                    ("file", "file"),
                    ("barcode", "barcode or QR code"),
                    ("place", "place (GPS)"),
                    ("signature", "signature"),
                    ("object_reference", "object"),
                    ("own_list", "list from the administration"),
                    ("calculated", "calculated"),
                    ("information", "information text"),
                ],
                default="text",
                max_length=20,
                verbose_name="type",
            ),
        ),
        migrations.AddConstraint(
            model_name="field",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "type__in",
                        [
                            "text",
                            "short_text",
                            "yes_no",
                            "number",
                            "email",
                            "telephone",
                            "web_address",
                            "date",
                            "time",
                            "date_time",
                            "checkboxes",
                            "several",
                            "radio",
                            "dropdown",
                            "rating",
                            "photo",
                            "file",
                            "barcode",
                            "place",
                            "signature",
                            "object_reference",
                            "own_list",
                            "calculated",
                            "information",
                        ],
                    )
                ),
                name="forms_catalog_field_type",
            ),
        ),
        migrations.AddConstraint(
            model_name="field",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("type__in", ("checkboxes", "several", "radio", "dropdown")),
                        models.Q(("options", []), _negated=True),
                    ),
                    models.Q(
                        models.Q(("type__in", ("checkboxes", "several", "radio", "dropdown")), _negated=True),
                        ("options", []),
                    ),
                    _connector="OR",
                ),
                name="forms_catalog_field_options_of_choices",
            ),
        ),
        migrations.AddConstraint(
            model_name="field",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "list_source__in",
                        [
                            "",
                            "employees",
                            "contacts",
                            "projects",
                            "work_types",
                            "hour_types",
                            "priorities",
                            "errors",
                            "solutions",
                            "payment_methods",
                        ],
                    )
                ),
                name="forms_catalog_field_list_source",
            ),
        ),
    ]
