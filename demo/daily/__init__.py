"""The daily data of the demo: customers, work orders, quotations and invoices that point at local settings."""
