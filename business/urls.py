"""Addresses of daily data, under `/a/<slug>/`."""

from django.urls import path

from . import views

app_name = "business"

urlpatterns = [
    path("customers/", views.list_customers, name="customer-list"),
    path("customers/new/", views.create_customer, name="customer-create"),
    path("customers/<int:number>/", views.show_customer, name="customer-detail"),
    path("customers/<int:number>/edit/", views.edit_customer, name="customer-edit"),
    path("work-orders/", views.list_work_orders, name="work-order-list"),
    path("work-orders/new/", views.create_work_order, name="work-order-create"),
    path("work-orders/<int:number>/", views.show_work_order, name="work-order-detail"),
    path("work-orders/<int:number>/edit/", views.edit_work_order, name="work-order-edit"),
    path("work-orders/<int:number>/advance/", views.advance_work_order, name="work-order-advance"),
    path("work-orders/<int:number>/steps/<int:position>/done/", views.complete_step, name="work-order-step-done"),
    path("work-orders/<int:number>/forms/", views.add_form, name="work-order-form-add"),
    path("work-orders/<int:number>/forms/<int:pk>/", views.fill_in_form, name="work-order-form"),
    path("work-orders/<int:number>/forms/<int:pk>/so-far/", views.answer_live, name="work-order-form-so-far"),
    path("work-orders/<int:number>/forms/<int:pk>/print/", views.print_form, name="work-order-form-print"),
    path("work-orders/<int:number>/forms/<int:pk>/photos/<uuid:uid>/", views.show_photo, name="work-order-photo"),
    path("quotations/", views.list_quotations, name="quotation-list"),
    path("quotations/<int:number>/", views.show_quotation, name="quotation-detail"),
    path("invoices/", views.list_invoices, name="invoice-list"),
    path("invoices/<int:pk>/", views.show_invoice, name="invoice-detail"),
]
