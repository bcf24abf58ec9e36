"""A standing order that was due."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from settings_sync.models import OrderMoment, StandingOrder
from settings_sync.services.packages.packages import Contents, create_package
from settings_sync.services.standing.carrying_out import carry_out_moment
from settings_sync.services.standing.due import find_due_moments
from settings_sync.services.standing.standing_orders import Content, create_order
from tenants.models import Administration


def carry_out_an_order(owner: User, main: Administration, child: Administration, name: str, **more: Any) -> OrderMoment:
    """Make an order of this name that brings all forms to this child, and let its latest moment have come."""
    child.groups = [name]
    child.save(update_fields=["groups"])
    chosen = Contents(categories=["forms"])
    package = create_package(acting_user=owner, main=main, name=name, contents=chosen, forbids_editing=False)
    when = {"kind": "nightly", "at": "02:00"}
    content = Content(name=name, package=package.pk, groups=[name], when=when, **more)
    order = create_order(acting_user=owner, main=main, content=content)
    now = timezone.now()
    StandingOrder.objects.filter(pk=order.pk).update(since=now - timedelta(days=2), look_at=now - timedelta(days=1))
    find_due_moments()
    moment = OrderMoment.objects.get(order=order)
    carry_out_moment(moment.pk)
    moment.refresh_from_db()
    return moment
