from django.apps import AppConfig


class FormsCatalogConfig(AppConfig):
    name = "forms_catalog"

    def ready(self) -> None:
        from tenants import sections

        from .sections import SECTIONS

        sections.register(*SECTIONS)
