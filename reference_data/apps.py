from django.apps import AppConfig


class ReferenceDataConfig(AppConfig):
    name = "reference_data"

    def ready(self) -> None:
        from tenants import sections

        from .sections import SECTIONS

        sections.register(*SECTIONS)
