"""The lists of an administration's own data that a question may offer."""

from collections.abc import Callable, Mapping
from typing import Any

from forms_catalog.answering.questions import Questions, every_question
from forms_catalog.models import ListSource
from reference_data.models import ErrorCode, HourType, PaymentMethod, Priority, Solution, WorkType
from tenants.models import Administration

from .choices import choosable
from .models import WorkOrder
from .services.work_orders import employees_of

OBJECTS = "objects"
SETTINGS: Mapping[str, Any] = {
    ListSource.WORK_TYPES: WorkType,
    ListSource.HOUR_TYPES: HourType,
    ListSource.PRIORITIES: Priority,
    ListSource.ERRORS: ErrorCode,
    ListSource.SOLUTIONS: Solution,
    ListSource.PAYMENT_METHODS: PaymentMethod,
}
OF_CUSTOMER: Mapping[str, Callable[[WorkOrder], Any]] = {
    OBJECTS: lambda work_order: work_order.customer.objects_in_service.all(),
    ListSource.CONTACTS: lambda work_order: work_order.customer.contacts.all(),
    ListSource.PROJECTS: lambda work_order: work_order.customer.projects.all(),
}


def lists_for(questions: Questions, work_order: WorkOrder, administration: Administration) -> dict[str, list[str]]:
    """Return what the questions of a form offer on this work order, by list; only of the lists that they ask for."""
    wanted = {question.get("list_source", "") for question in every_question(questions)} - {""}
    wanted |= {OBJECTS for question in every_question(questions) if question["type"] == "object_reference"}
    return {source: _list(source, work_order, administration) for source in sorted(wanted)}


def _list(source: str, work_order: WorkOrder, administration: Administration) -> list[str]:
    if source in OF_CUSTOMER:
        return [str(row) for row in OF_CUSTOMER[source](work_order)]
    if source == ListSource.EMPLOYEES:
        return list(employees_of(administration).values())
    return [str(row) for row in choosable(SETTINGS[source])] if source in SETTINGS else []
