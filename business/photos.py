"""Which files answer a question, told by how they begin: their name and what the sender says prove nothing."""

from django.utils.translation import gettext as _

MOST_BYTES = 12 * 1_048_576
LONGEST_NAME = 200
ANY = "application/octet-stream"
DOCUMENTS = {b"%PDF-": "application/pdf"}


def media_type_of(content: bytes) -> str:
    """Return the kind of picture that a file holds; "" for anything else."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""


def kept_type_of(content: bytes) -> str:
    """Return as what a file of any kind is kept; what is no picture or PDF is handed out as a file and never shown."""
    known = next((kind for start, kind in DOCUMENTS.items() if content.startswith(start)), ANY)
    return media_type_of(content) or known


def problem_of_photo(content: bytes) -> str:
    """Return why a file is not taken as a photo, as a sentence; empty when it is."""
    if len(content) > MOST_BYTES:
        return _("This photo is larger than 12 MB. Take it again with a lower quality.")
    if not media_type_of(content):
        return _("This is not a photo. Choose a picture as JPEG, PNG or WebP.")
    return ""


def problem_of_file(content: bytes) -> str:
    """Return why a file is not taken, as a sentence; empty when it is."""
    if len(content) > MOST_BYTES:
        return _("This file is larger than 12 MB.")
    return "" if content else _("This file is empty.")
