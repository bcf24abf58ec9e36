"""Customers with their contacts, objects and projects."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from business.models import Contact, Customer, Project, ServiceObject

from . import words
from .copying import copy_rows, with_keys
from .words import Region

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Customers:
    """What was made, as rows; contacts, objects and projects by the key of their customer."""

    rows: Rows
    contacts: dict[int, list[int]]
    objects: dict[int, Rows]
    projects: dict[int, list[int]]


def make_customers(
    *, chance: Random, count: int, region: Region, payment_methods: list[int], now: datetime
) -> Customers:
    """Write that many customers with what belongs to them."""
    rows = [_customer(chance, number, region, payment_methods, now) for number in range(1, count + 1)]
    customers = with_keys(Customer, rows)
    contacts = with_keys(Contact, [_contact(chance, row) for row in customers if chance.random() < 0.8])
    objects = with_keys(
        ServiceObject, [_object(chance, row, now.date()) for row in customers for _n in range(_few(chance))]
    )
    owners = customers[:: max(1, count // 12)]
    projects = with_keys(Project, [_project(chance, row, number) for number, row in enumerate(owners, 1)])
    for model, made in ((Customer, customers), (Contact, contacts), (ServiceObject, objects), (Project, projects)):
        copy_rows(model, made)
    return Customers(customers, _by_customer(contacts), _rows_by_customer(objects), _by_customer(projects))


def _customer(chance: Random, number: int, region: Region, payment_methods: list[int], now: datetime) -> dict[str, Any]:
    name, domain = _name(chance)
    city, digits = chance.choice(region.cities)
    letters = "".join(chance.choice("ABCDEGHJKLMNPRSTVWXZ") for _n in range(2))
    return {
        "number": number,
        "name": name,
        "street": f"{chance.choice(words.STREETS)} {chance.randint(1, 180)}",
        "postcode": f"{digits}{chance.randint(10, 99)} {letters}",
        "city": city,
        "email": f"info@{domain}{number}.example",
        "phone": f"{region.area_code} 55{chance.randint(0, 9)} {chance.randint(10, 99)} {chance.randint(10, 99)}",
        "vat_number": f"NL{chance.randint(800000000, 899999999)}B01" if chance.random() < 0.6 else "",
        "payment_method_id": chance.choice(payment_methods) if payment_methods else None,
        "notes": chance.choice(words.REMARKS),
        "created_at": now - timedelta(days=chance.randint(30, 1500)),
    }


def _name(chance: Random) -> tuple[str, str]:
    kind = chance.random()
    if kind < 0.45:
        name = f"{chance.choice(words.COMPANIES)} {chance.choice(words.LAST_NAMES)}"
    elif kind < 0.65:
        name = f"{chance.choice(words.ASSOCIATIONS)} {chance.choice(words.BUILDINGS)}"
    else:
        initial = chance.choice(words.FIRST_NAMES)[0]
        name = f"{initial}. {chance.choice(words.LAST_NAMES)}"
    return name, "".join(letter for letter in name.casefold() if letter.isascii() and letter.isalnum())


def _contact(chance: Random, customer: dict[str, Any]) -> dict[str, Any]:
    name = f"{chance.choice(words.FIRST_NAMES)} {chance.choice(words.LAST_NAMES)}"
    return {
        "customer_id": customer["id"],
        "name": name,
        "role": chance.choice(words.ROLES),
        "email": customer["email"].replace("info@", "contact@"),
        "phone": f"06 55{chance.randint(100000, 999999)}",
    }


def _object(chance: Random, customer: dict[str, Any], today: date) -> dict[str, Any]:
    name, brand, location = chance.choice(words.OBJECTS)
    return {
        "customer_id": customer["id"],
        "name": name,
        "brand": brand,
        "serial_number": f"{chance.randint(10**7, 10**8 - 1)}",
        "location": location,
        "installed_on": today - timedelta(days=chance.randint(100, 4000)),
    }


def _project(chance: Random, customer: dict[str, Any], number: int) -> dict[str, Any]:
    name = f"{chance.choice(words.SUBJECTS)}, {chance.choice(words.BUILDINGS)}"
    return {"number": number, "customer_id": customer["id"], "name": name, "is_closed": chance.random() < 0.3}


def _few(chance: Random) -> int:
    return chance.choice((0, 1, 1, 1, 2, 3))


def _by_customer(rows: Rows) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(row["customer_id"], []).append(row["id"])
    return found


def _rows_by_customer(rows: Rows) -> dict[int, Rows]:
    found: dict[int, Rows] = {}
    for row in rows:
        found.setdefault(row["customer_id"], []).append(row)
    return found
