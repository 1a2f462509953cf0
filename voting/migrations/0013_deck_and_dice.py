"""The database holds that the test deck opens the vote, and that dice name the sheets of a sample."""

from django.db import migrations

from voting.evidence.operation import InstallEvidence


class Migration(migrations.Migration):
    dependencies = [("voting", "0012_paper_held")]

    operations = [
        # The rules, as of this version.
        InstallEvidence("86d33c6a01feca1e5db6426757910d8be596c8d878a40c4a932e8a9802fdb5b1"),
    ]
