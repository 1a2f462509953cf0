"""Everybody belongs to a congress; the kind is the congress's."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_congress"), ("voting", "0003_cycles_of_a_congress")]

    operations = [
        migrations.RemoveConstraint(
            model_name="delegate",
            name="delegate_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="delegation",
            name="delegation_name_once",
        ),
        migrations.RemoveConstraint(
            model_name="delegation",
            name="delegation_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="rosterimport",
            name="roster_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="unit",
            name="unit_name_once",
        ),
        migrations.RemoveConstraint(
            model_name="unit",
            name="unit_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="user",
            name="user_kind_known",
        ),
        migrations.AlterModelOptions(
            name="delegation",
            options={
                "ordering": ["congress", "position", "name"],
                "verbose_name": "delegation",
                "verbose_name_plural": "delegations",
            },
        ),
        migrations.AlterModelOptions(
            name="unit",
            options={
                "ordering": ["congress", "name"],
                "verbose_name": "unit",
                "verbose_name_plural": "units",
            },
        ),
        migrations.RemoveField(
            model_name="delegate",
            name="kind",
        ),
        migrations.RemoveField(
            model_name="delegation",
            name="kind",
        ),
        migrations.RemoveField(
            model_name="rosterimport",
            name="kind",
        ),
        migrations.RemoveField(
            model_name="unit",
            name="kind",
        ),
        migrations.RemoveField(
            model_name="user",
            name="kind",
        ),
        migrations.AlterField(
            model_name="delegate",
            name="number",
            field=models.CharField(max_length=20, verbose_name="delegate number"),
        ),
        migrations.AlterField(
            model_name="delegate",
            name="congress",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delegates",
                to="accounts.congress",
                verbose_name="people's congress",
            ),
        ),
        migrations.AlterField(
            model_name="delegation",
            name="congress",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delegations",
                to="accounts.congress",
                verbose_name="people's congress",
            ),
        ),
        migrations.AlterField(
            model_name="rosterimport",
            name="congress",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.congress",
                verbose_name="people's congress",
            ),
        ),
        migrations.AlterField(
            model_name="unit",
            name="congress",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="units",
                to="accounts.congress",
                verbose_name="people's congress",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegate",
            constraint=models.UniqueConstraint(
                fields=("congress", "number"),
                name="delegate_number_once",
                violation_error_message="Another delegate has this number.",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.UniqueConstraint(fields=("congress", "name"), name="delegation_name_once"),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(fields=("congress", "name"), name="unit_name_once"),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("congress__isnull", False), ("role__in", ["", "keeper"]), _connector="OR"
                ),
                name="user_role_in_a_congress",
                violation_error_message="A part in a vote needs the congress that votes.",
            ),
        ),
        migrations.RemoveConstraint("user", "user_delegate_not_superuser"),
        migrations.RemoveField("user", "is_superuser"),
        migrations.RemoveField("user", "groups"),
        migrations.RemoveField("user", "user_permissions"),
    ]
