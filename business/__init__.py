"""Daily data: customers, work orders, quotations and invoices. It never travels."""
