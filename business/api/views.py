"""Customers, work orders, quotations and invoices of one administration: lists and single ones, to read."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Scope
from business.rights import CustomerRight, InvoiceRight, QuotationRight, WorkOrderRight
from settings_sync.api.protocol.authentication import user_of
from settings_sync.api.protocol.documenting import describe
from settings_sync.api.protocol.pagination import page_of_rows
from settings_sync.api.views.base import TokenView
from settings_sync.api.visibility import find_active_administration
from tenants.permissions import rights_of
from tenants.rights import Right
from tenants.schemas import inside

from ..models import Customer, Invoice, Quotation
from ..permissions import visible_work_orders
from .customer_shapes import CustomerDetail, CustomerQuery, CustomerShape
from .sales_shapes import (
    InvoiceDetail,
    InvoiceQuery,
    InvoiceShape,
    QuotationDetail,
    QuotationQuery,
    QuotationShape,
)
from .work_order_shapes import WorkOrderDetail, WorkOrderQuery, WorkOrderShape

SALES = ("customer", "scheme", "work_order")


class DailyData(TokenView):
    """A view of daily data; `right` is what the token's user needs in the administration that is looked into."""

    right: ClassVar[Right]
    shape: ClassVar[type[Any]]
    query: ClassVar[type[Any]]

    @contextmanager
    def entered(self, slug: str) -> Iterator[frozenset[str]]:
        """The inside of an administration, with the user's rights there. Raises Http404, also without the right."""
        administration = find_active_administration(self.request, slug)
        rights = rights_of(self.request.user, administration) or frozenset()
        if self.right not in rights:
            raise Http404
        with inside(administration):
            yield rights

    def rows(self, rights: frozenset[str]) -> "QuerySet[Any]":
        """What a user with these rights may see here."""
        raise NotImplementedError

    def show_page(self, slug: str, *order: str) -> Response:
        """One page of what there is, narrowed as the query says."""
        narrowed = self.checked(self.query, self.request.query_params.dict())
        with self.entered(slug) as rights:
            page = page_of_rows(self.request, self.rows(rights).filter(**narrowed), *order)
            return Response(page.shaped(lambda found: self.shape(found, many=True).data))

    def show_one(self, slug: str, uid: uuid.UUID, *parts: str) -> Response:
        """One of them with its parts. Raises Http404."""
        with self.entered(slug) as rights:
            found = self.rows(rights).prefetch_related(*parts).filter(uid=uid).first()
            if found is None:
                raise Http404
            return Response(self.shape(found).data)


class CustomerView(DailyData):
    """Customers, for who may see them."""

    scopes = {"GET": (Scope.CUSTOMERS_READ,)}
    right = CustomerRight.READ

    def rows(self, rights: frozenset[str]) -> "QuerySet[Customer]":
        return Customer.objects.select_related("payment_method")


class Customers(CustomerView):
    """All customers."""

    shape = CustomerShape
    query = CustomerQuery

    @describe("List the customers", CustomerShape, query=CustomerQuery, paginated=True)
    def get(self, request: Request, slug: str) -> Response:
        """The customers of one administration, by number."""
        return self.show_page(slug, "number")


class OneCustomer(CustomerView):
    """One customer."""

    shape = CustomerDetail

    @describe("Show a customer", CustomerDetail)
    def get(self, request: Request, slug: str, customer_id: uuid.UUID) -> Response:
        """With the people there and what is in service."""
        return self.show_one(slug, customer_id, "contacts", "objects_in_service")


class WorkOrderView(DailyData):
    """Work orders: all of them for who plans the work, else one's own."""

    scopes = {"GET": (Scope.WORK_ORDERS_READ,)}
    right = WorkOrderRight.READ
    related = ("customer", "project", "work_type", "status", "priority", "payment_method", "workflow")

    def rows(self, rights: frozenset[str]) -> "QuerySet[Any]":
        shown = visible_work_orders(user_of(self.request), rights)
        return shown.select_related(*self.related, "error", "solution")


class WorkOrders(WorkOrderView):
    """All work orders."""

    shape = WorkOrderShape
    query = WorkOrderQuery

    @describe("List the work orders", WorkOrderShape, query=WorkOrderQuery, paginated=True)
    def get(self, request: Request, slug: str) -> Response:
        """The newest number first. Who does not plan the work sees their own."""
        return self.show_page(slug, "-number")


class OneWorkOrder(WorkOrderView):
    """One work order."""

    shape = WorkOrderDetail

    @describe("Show a work order", WorkOrderDetail)
    def get(self, request: Request, slug: str, work_order_id: uuid.UUID) -> Response:
        """With its steps, filled-in forms, hours and materials."""
        parts = ("steps", "filled_forms__form", "hours__hour_type", "materials", "free_field_values__free_field")
        return self.show_one(slug, work_order_id, *parts)


class QuotationView(DailyData):
    """Quotations, for who may see them."""

    scopes = {"GET": (Scope.QUOTATIONS_READ,)}
    right = QuotationRight.READ

    def rows(self, rights: frozenset[str]) -> "QuerySet[Quotation]":
        return Quotation.objects.select_related(*SALES)


class Quotations(QuotationView):
    """All quotations."""

    shape = QuotationShape
    query = QuotationQuery

    @describe("List the quotations", QuotationShape, query=QuotationQuery, paginated=True)
    def get(self, request: Request, slug: str) -> Response:
        """The newest number first."""
        return self.show_page(slug, "-number")


class OneQuotation(QuotationView):
    """One quotation."""

    shape = QuotationDetail

    @describe("Show a quotation", QuotationDetail)
    def get(self, request: Request, slug: str, quotation_id: uuid.UUID) -> Response:
        """With its lines."""
        return self.show_one(slug, quotation_id, "lines__vat_rate")


class InvoiceView(DailyData):
    """Invoices, for who may see them."""

    scopes = {"GET": (Scope.INVOICES_READ,)}
    right = InvoiceRight.READ

    def rows(self, rights: frozenset[str]) -> "QuerySet[Invoice]":
        return Invoice.objects.select_related(*SALES, "quotation", "credits")


class Invoices(InvoiceView):
    """All invoices and credit notes."""

    shape = InvoiceShape
    query = InvoiceQuery

    @describe("List the invoices", InvoiceShape, query=InvoiceQuery, paginated=True)
    def get(self, request: Request, slug: str) -> Response:
        """The latest made first, drafts among them; a draft has no number yet."""
        return self.show_page(slug, "-id")


class OneInvoice(InvoiceView):
    """One invoice."""

    shape = InvoiceDetail

    @describe("Show an invoice", InvoiceDetail)
    def get(self, request: Request, slug: str, invoice_id: uuid.UUID) -> Response:
        """With its lines."""
        return self.show_one(slug, invoice_id, "lines__vat_rate")
