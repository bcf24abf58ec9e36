"""Customers, as the API answers them."""

from typing import Any

from rest_framework import serializers

from settings_sync.shapes.base import UtcTime, WholeInAddress

from .references import SettingReference, setting, with_example

EXAMPLE = {
    "id": "0b0f4d1e-7c5a-4c0e-9c70-0a5b6a1f7a11",
    "number": 1042,
    "name": "Bakkerij Jansen",
    "street": "Dorpsstraat 12",
    "postcode": "7411 AB",
    "city": "Deventer",
    "email": "info@bakkerij-jansen.example",
    "phone": "0570 123 456",
    "vat_number": "NL001234567B01",
    "payment_method": setting("Op rekening"),
    "notes": "",
    "created_at": "2026-03-02T08:15:00Z",
}
CONTACT = {"name": "Fatima Jansen", "role": "Bedrijfsleider", "email": "", "phone": "06 1234 5678"}
OBJECT = {
    "name": "Cv-ketel",
    "brand": "Nefit ProLine",
    "serial_number": "NP-2231",
    "location": "Zolder",
    "installed_on": "2021-09-14",
}


@with_example("A customer", EXAMPLE)
class CustomerShape(serializers.Serializer[Any]):
    """A customer of one administration."""

    id = serializers.UUIDField(source="uid")
    number = serializers.IntegerField()
    name = serializers.CharField()
    street = serializers.CharField()
    postcode = serializers.CharField()
    city = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    vat_number = serializers.CharField()
    payment_method = SettingReference(allow_null=True)
    notes = serializers.CharField()
    created_at = UtcTime()


class ContactShape(serializers.Serializer[Any]):
    """A person at a customer."""

    name = serializers.CharField()
    role = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()


class ServiceObjectShape(serializers.Serializer[Any]):
    """A thing at a customer that work is done on."""

    name = serializers.CharField()
    brand = serializers.CharField()
    serial_number = serializers.CharField()
    location = serializers.CharField()
    installed_on = serializers.DateField(allow_null=True)


@with_example("A customer", {**EXAMPLE, "contacts": [CONTACT], "objects": [OBJECT]})
class CustomerDetail(CustomerShape):
    """A customer with the people there and what is in service."""

    contacts = ContactShape(many=True)
    objects = ServiceObjectShape(many=True, source="objects_in_service")


class CustomerQuery(serializers.Serializer[Any]):
    """Narrows the list of customers."""

    number = WholeInAddress(min_value=0, max_value=2**63 - 1, required=False)
