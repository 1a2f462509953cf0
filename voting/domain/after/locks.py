"""What a verb after the vote locks before it looks: the delivery, then its year, so that nobody archives it meanwhile.

Deliveries come before their cycle and the journal comes last: verbs that meet here wait for each other and never lock
crosswise. No lock here is of the key: rows that only point to a delivery or to a cycle are added beside it.
"""

from __future__ import annotations

from django.db import connection

from voting.domain.after.light_settings import GOING_ON
from voting.domain.core.refusals import StepNotAllowed
from voting.models import Cycle, Delivery


def hold_going_on(delivery: Delivery) -> Delivery:
    """Return the delivery as it is now, locked, its cycle held where it stands until the transaction ends.

    Verbs of other deliveries hold the cycle too; what moves it waits. Raises StepNotAllowed outside the delivery.
    """
    Delivery.objects.select_for_update(no_key=True).get(pk=delivery.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM voting_cycle WHERE id = %s FOR SHARE", [delivery.cycle_id])
    held = Delivery.objects.select_related("cycle__congress", "candidate", "lead_unit").get(pk=delivery.pk)
    if held.cycle.stage not in GOING_ON:
        raise StepNotAllowed
    return held


def lock_cycle(cycle: Cycle) -> Cycle:
    """Return the cycle as it is now, locked alone, with all its deliveries locked before it."""
    list(Delivery.objects.select_for_update(no_key=True).filter(cycle=cycle).order_by("pk").values_list("pk"))
    return Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
