"""The logo on a report, read by whichever app keeps it: what syncs settings knows no logos."""

from collections.abc import Callable
from dataclasses import dataclass

from tenants.models import Administration
from tenants.schemas import inside


@dataclass(frozen=True)
class LogoPicture:
    """A picture, and the kind of picture that it is."""

    media_type: str
    content: bytes


ReadLogo = Callable[[], LogoPicture | None]
_readers: list[ReadLogo] = []


def read_logos_with(reader: ReadLogo) -> None:
    """Declare how the logo of the administration that was entered is read; it answers None without one."""
    _readers.append(reader)


def logo_of(administration: Administration) -> LogoPicture | None:
    """The picture that stands on the papers of an administration, if it has one."""
    if administration.is_gone or administration.damage:
        return None
    with inside(administration):
        return next((logo for logo in (reader() for reader in _readers) if logo), None)
