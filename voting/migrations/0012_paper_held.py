"""What the database keeps of paper: who reads first, what is read again, what is counted."""

from django.db import migrations

from voting.evidence.operation import InstallEvidence


class Migration(migrations.Migration):
    dependencies = [("voting", "0011_money_residents_pictures")]

    operations = [
        # The rules, as of this version.
        InstallEvidence("9ff124bd94925552564f7748c2ad59a31ea0e2ca19c873ab3cb29a4078a26bcd"),
    ]
