from django.apps import AppConfig


class BusinessConfig(AppConfig):
    name = "business"

    def ready(self) -> None:
        from tenants.preparing import preparations

        preparations.accounts.append(("business_workorder", "employee_id"))
