"""One congress for each kind that is here: the place of its newest cycle is its name.

Who kept the accounts of everything, with no part in a vote, keeps the installation: opens congresses, and names their
keepers. Who had a part in a vote besides keeps the accounts of that congress.
"""

from django.conf import settings
from django.db import migrations

#: Addresses of their own, until a keeper gives better ones.
SLUGS = {"official": "congress", "demo": "demo", "rehearsal": "rehearsal"}


def found_congresses(apps, schema_editor):
    congresses = apps.get_model("accounts", "Congress").objects
    cycles = apps.get_model("voting", "Cycle").objects
    belonging = [
        apps.get_model("accounts", name).objects
        for name in ("Unit", "Delegation", "Delegate", "RosterImport")
    ]
    users = apps.get_model("accounts", "User").objects
    for kind, usual in SLUGS.items():
        slug = usual
        # A keeper of everything who had no part in a vote keeps the installation.
        mine = users.filter(kind=kind).exclude(is_superuser=True, role="")
        if not any(rows.filter(kind=kind).exists() for rows in (cycles, *belonging)) and not mine.exists():
            continue
        newest = cycles.filter(kind=kind).order_by("-year", "-pk").first()
        place = newest.place if newest else slug
        while cycles.filter(slug=slug).exists():
            slug += "-congress"
        congress = congresses.create(
            kind=kind, slug=slug, time_zone=settings.TIME_ZONE, name=f"{place}人民代表大会"[:60], place=place
        )
        mine.update(congress=congress)
        for rows in (cycles, *belonging):
            rows.filter(kind=kind).update(congress=congress)
    users.filter(is_superuser=True).update(role="keeper")


class Migration(migrations.Migration):
    dependencies = [("voting", "0002_session_and_congress")]

    operations = [migrations.RunPython(found_congresses, migrations.RunPython.noop, elidable=False)]
