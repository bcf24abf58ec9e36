from django.apps import AppConfig


class BusinessConfig(AppConfig):
    name = "business"

    def ready(self) -> None:
        from tenants import sections
        from tenants.schema_hooks import schema_hooks

        from .schema_hooks import BusinessSchemaHooks
        from .sections import SECTIONS

        schema_hooks.register(BusinessSchemaHooks())
        sections.register(*SECTIONS)
