"""What the database keeps of paper: who reads first, what is read again, what is counted. The newest migration has it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("voting", "0011_money_residents_pictures")]

    operations = []
