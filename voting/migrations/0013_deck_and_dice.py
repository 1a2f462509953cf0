"""The database holds that the test deck opens the vote, and that dice name the sheets of a sample."""

from django.db import migrations

from voting.evidence.operation import InstallEvidence


class Migration(migrations.Migration):
    dependencies = [("voting", "0012_paper_held")]

    operations = [
        # The rules, as of this version.
        InstallEvidence("f03fd123e6865b57d8b0d14b8ad097d48a07d215939f2b27ac90297902f74a6f"),
    ]
