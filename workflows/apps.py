from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    name = "workflows"

    def ready(self) -> None:
        from tenants import sections

        from .sections import SECTIONS

        sections.register(*SECTIONS)
