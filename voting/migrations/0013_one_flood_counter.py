from django.db import migrations, models


class Migration(migrations.Migration):
    """One counter for every flood. What the two before it held is minutes or a day old, and made anew."""

    dependencies = [
        ("voting", "0012_assessment_withdrawn"),
    ]

    operations = [
        migrations.DeleteModel(name="SurveyAddress"),
        migrations.DeleteModel(name="Knock"),
        migrations.CreateModel(
            name="Knock",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("ends_at", models.DateTimeField(db_index=True)),
                ("times", models.PositiveIntegerField(default=1)),
            ],
        ),
    ]
