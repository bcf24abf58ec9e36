from django.apps import AppConfig


class ReferenceDataConfig(AppConfig):
    name = "reference_data"

    def ready(self) -> None:
        from settings_sync.services.reports.letterhead import read_logos_with

        from .logos import read_logo

        read_logos_with(read_logo)
