"""What is kept of congresses in memory goes by their edition."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_congress_required")]

    operations = [
        migrations.AddField("congress", "edition", models.PositiveIntegerField(default=0, editable=False)),
    ]
