from django.apps import AppConfig


class TemplatesCatalogConfig(AppConfig):
    name = "templates_catalog"

    def ready(self) -> None:
        from tenants import sections

        from .sections import SECTIONS

        sections.register(*SECTIONS)
