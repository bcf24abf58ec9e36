"""Let a question be answered with files of any kind, by their names."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("business", "0004_photograph_what_a_form_asks"),
    ]

    operations = [
        migrations.AddField(
            model_name="formphoto",
            name="name",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="name"),
        ),
        migrations.AlterField(
            model_name="formphoto",
            name="media_type",
            field=models.CharField(max_length=100, verbose_name="kind of picture"),
        ),
    ]
