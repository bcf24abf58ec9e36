"""Which pictures a photo question takes, told by how a file begins: its name and what the sender says prove nothing."""

from django.utils.translation import gettext as _

MOST_BYTES = 12 * 1_048_576
ACCEPTED = "image/jpeg,image/png,image/webp"


def media_type_of(content: bytes) -> str:
    """Return the kind of picture that a file holds; "" for anything else."""
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""


def problem_of_photo(content: bytes) -> str:
    """Return why a file is not taken as a photo, as a sentence; empty when it is."""
    if len(content) > MOST_BYTES:
        return _("This photo is larger than 12 MB. Take it again with a lower quality.")
    if not media_type_of(content):
        return _("This is not a photo. Choose a picture as JPEG, PNG or WebP.")
    return ""
