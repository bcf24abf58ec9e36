"""Work orders, spread over their lifecycle, with steps, forms, hours and materials."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from business.models import (
    FilledForm,
    FormPhoto,
    FreeFieldValue,
    WorkOrder,
    WorkOrderHour,
    WorkOrderMaterial,
    WorkOrderStep,
)

from . import words
from .answering import answer_questions
from .copying import copy_rows, with_keys
from .customers import Customers
from .photos import take_photos
from .settings_here import SettingsHere

Rows = list[dict[str, Any]]
# The share of the work orders that is at this stage; the oldest are settled.
STAGES = (("settled", 0.6), ("complete", 0.12), ("picked_up", 0.1), ("ready", 0.08), ("planned", 0.1))
DAYS_AGO = {"settled": (20, 300), "complete": (2, 20), "picked_up": (0, 0), "ready": (-3, 0), "planned": (-30, -1)}


@dataclass
class WorkMaker:
    """Makes the work orders of one administration; `employees` are (user id, name)."""

    chance: Random
    here: SettingsHere
    customers: Customers
    employees: list[tuple[int, str]]
    now: datetime

    def make(self, count: int) -> Rows:
        """Write that many work orders with everything that belongs to them; returns them as rows."""
        stages = [stage for stage, share in STAGES for _n in range(round(count * share))]
        orders = with_keys(WorkOrder, [self._order(number, stage) for number, stage in enumerate(stages, 1)])
        copy_rows(WorkOrder, orders)
        running = [order for order in orders if order["picked_up_at"]]
        self._make_steps(running)
        self._make_hours([order for order in running if order["stage"] != "picked_up"])
        self._make_materials(running)
        self._make_free_values(orders)
        return orders

    def _order(self, number: int, stage: str) -> dict[str, Any]:
        chance = self.chance
        here = self.here
        customer = chance.choice(self.customers.rows)
        work_type = chance.choice(here.work_types)
        workflows = here.workflows.get(work_type, [])
        planned = self._planned_at(stage)
        has_fault = chance.random() < 0.4 and here.errors
        solved = has_fault and stage in ("complete", "settled")
        return {
            "number": number,
            "stage": stage,
            "customer_id": customer["id"],
            "contact_id": self._one_of(self.customers.contacts, customer),
            "service_object_id": self._object_of(customer),
            "project_id": self._one_of(self.customers.projects, customer),
            "work_type_id": work_type,
            "workflow_id": chance.choice(workflows) if workflows else None,
            "status_id": chance.choice(here.statuses[stage]),
            "payment_method_id": customer["payment_method_id"],
            "priority_id": chance.choice(here.priorities) if chance.random() < 0.7 else None,
            "error_id": chance.choice(here.errors) if has_fault else None,
            "solution_id": chance.choice(here.solutions) if solved else None,
            "description": chance.choice(words.DESCRIPTIONS),
            "internal_memo": chance.choice(words.REMARKS),
            "reference": f"PO-{chance.randint(10000, 99999)}" if chance.random() < 0.3 else "",
            "created_at": planned - timedelta(days=chance.randint(1, 14)),
            **self._times(stage, planned),
            **self._employee(stage),
        }

    def _planned_at(self, stage: str) -> datetime:
        first, last = DAYS_AGO[stage]
        day = self.now - timedelta(days=self.chance.randint(first, last))
        return day.replace(hour=self.chance.randint(8, 15), minute=self.chance.choice((0, 15, 30, 45)))

    def _times(self, stage: str, planned: datetime) -> dict[str, Any]:
        started = planned + timedelta(minutes=self.chance.randint(0, 25))
        done = started + timedelta(minutes=self.chance.randint(30, 300))
        reached = [name for name, _share in reversed(STAGES)].index(stage)
        return {
            "planned_at": planned,
            "picked_up_at": started if reached >= 2 else None,
            "completed_at": done if reached >= 3 else None,
            "settled_at": done + timedelta(days=self.chance.randint(1, 7)) if reached >= 4 else None,
        }

    def _employee(self, stage: str) -> dict[str, Any]:
        if stage == "planned" and self.chance.random() < 0.4:
            return {"employee_id": None, "employee_name": ""}
        key, name = self.chance.choice(self.employees)
        return {"employee_id": key, "employee_name": name}

    def _one_of(self, of_customers: dict[int, list[int]], customer: dict[str, Any]) -> int | None:
        found = of_customers.get(customer["id"])
        return self.chance.choice(found) if found else None

    def _object_of(self, customer: dict[str, Any]) -> int | None:
        found = self.customers.objects.get(customer["id"])
        return self.chance.choice(found)["id"] if found else None

    def _make_steps(self, orders: Rows) -> None:
        steps: Rows = []
        for order in orders:
            of_workflow = self.here.steps.get(order["workflow_id"], [])
            done = len(of_workflow) if order["completed_at"] else self.chance.randint(0, len(of_workflow) // 2)
            for step in of_workflow:
                is_done = step["position"] <= done
                moment = order["picked_up_at"] + timedelta(minutes=5 * step["position"])
                who = {"done_at": moment, "done_by_name": order["employee_name"]} if is_done else {}
                steps.append({**step, **who, "work_order_id": order["id"]})
        copy_rows(WorkOrderStep, with_keys(WorkOrderStep, steps))
        filled = [self._filled_form(step) for step in steps if step["form_id"]]
        rows = with_keys(FilledForm, filled)
        photos = [
            photo for row in rows for photo in take_photos(self.chance, row, self.here.questions[row["form_id"]][1])
        ]
        copy_rows(FilledForm, rows)
        FormPhoto.objects.bulk_create(photos)

    def _filled_form(self, step: dict[str, Any]) -> dict[str, Any]:
        name, questions = self.here.questions[step["form_id"]]
        is_done = "done_at" in step
        return {
            "work_order_id": step["work_order_id"],
            "step_id": step["id"],
            "form_id": step["form_id"],
            "form_name": name,
            "questions": self.here.questions_as_json(step["form_id"]),
            "answers": answer_questions(self.chance, questions, self.now.date()) if is_done else {},
            "filled_in_at": step.get("done_at"),
            "filled_in_by_name": step.get("done_by_name", ""),
        }

    def _make_hours(self, orders: Rows) -> None:
        rows = []
        for order in orders:
            for _n in range(self.chance.choice((1, 1, 2))):
                hour_type, _price = self.chance.choice(self.here.hour_types)
                rows.append(
                    {
                        "work_order_id": order["id"],
                        "hour_type_id": hour_type,
                        "worked_on": order["planned_at"].date(),
                        "hours": Decimal(self.chance.randint(2, 20)) / 4,
                        "employee_name": self.chance.choice(words.TECHNICIANS),
                    }
                )
        copy_rows(WorkOrderHour, with_keys(WorkOrderHour, rows))

    def _make_materials(self, orders: Rows) -> None:
        rows = []
        for order in orders:
            for code, name, unit, price in self.chance.sample(words.MATERIALS, self.chance.choice((0, 1, 1, 2))):
                rows.append(
                    {
                        "work_order_id": order["id"],
                        "code": code,
                        "name": name,
                        "unit": unit,
                        "unit_price": Decimal(price),
                        "quantity": Decimal(self.chance.randint(1, 6)),
                    }
                )
        copy_rows(WorkOrderMaterial, with_keys(WorkOrderMaterial, rows))

    def _make_free_values(self, orders: Rows) -> None:
        fields = [field for field in self.here.free_fields if field.type in ("text", "number", "dropdown")]
        rows = [
            {"work_order_id": order["id"], "free_field_id": field.pk, "value": self._value_of(field)}
            for order in orders
            for field in fields
            if self.chance.random() < 0.2
        ]
        copy_rows(FreeFieldValue, with_keys(FreeFieldValue, rows))

    def _value_of(self, field: Any) -> str:
        if field.type == "dropdown":
            return str(self.chance.choice(field.values))
        return str(self.chance.randint(1000, 9999)) if field.type == "number" else f"C-{self.chance.randint(100, 999)}"
