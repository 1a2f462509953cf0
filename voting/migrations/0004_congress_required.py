"""A cycle belongs to a congress, whose kind and place are its own."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_congress_required"), ("voting", "0003_cycles_of_a_congress")]

    operations = [
        migrations.RemoveConstraint("cycle", "cycle_kind_known"),
        migrations.RemoveField("cycle", "kind"),
        migrations.RemoveField("cycle", "place"),
        migrations.AlterField(
            "cycle",
            "congress",
            models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cycles",
                to="accounts.congress",
                verbose_name="people's congress",
            ),
        ),
        migrations.AlterField(
            "cycle",
            "slug",
            models.CharField(
                max_length=40,
                db_index=True,
                validators=[
                    django.core.validators.RegexValidator(
                        "^[0-9a-z][0-9a-z-]*$", "Lower-case letters, digits and hyphens only."
                    )
                ],
                verbose_name="address",
            ),
        ),
        migrations.AddConstraint(
            "cycle",
            models.UniqueConstraint(
                fields=("congress", "slug"),
                name="cycle_address_once",
                violation_error_message="Another year of this congress has this address.",
            ),
        ),
    ]
