from django.apps import AppConfig


class BusinessConfig(AppConfig):
    name = "business"

    def ready(self) -> None:
        from tenants.schema_hooks import schema_hooks

        from .schema_hooks import BusinessSchemaHooks

        schema_hooks.register(BusinessSchemaHooks())
