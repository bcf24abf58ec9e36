"""Addresses of daily data under `/api/v1/`, by administration."""

from django.urls import path

from . import views

app_name = "daily-data"
IN = "administrations/<slug:slug>/"
urlpatterns = [
    path(f"{IN}customers/", views.Customers.as_view(), name="customers"),
    path(f"{IN}customers/<uuid:customer_id>/", views.OneCustomer.as_view(), name="customer"),
    path(f"{IN}work-orders/", views.WorkOrders.as_view(), name="work-orders"),
    path(f"{IN}work-orders/<uuid:work_order_id>/", views.OneWorkOrder.as_view(), name="work-order"),
    path(f"{IN}quotations/", views.Quotations.as_view(), name="quotations"),
    path(f"{IN}quotations/<uuid:quotation_id>/", views.OneQuotation.as_view(), name="quotation"),
    path(f"{IN}invoices/", views.Invoices.as_view(), name="invoices"),
    path(f"{IN}invoices/<uuid:invoice_id>/", views.OneInvoice.as_view(), name="invoice"),
]
