"""Photos in filled-in forms: one small grey picture each, so that the demo stays small."""

import struct
import uuid
import zlib
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from business.models import FormPhoto

WIDTH = 160
HEIGHT = 120
GREY = 0xB0


def take_photos(chance: Random, filled: dict[str, Any], questions: Sequence[dict[str, Any]]) -> Iterator[FormPhoto]:
    """Yield a photo for every photo question of a filled-in form that has an answer; the answer points at it."""
    answers = filled["answers"]
    for field in (field for section in questions for field in section["fields"]):
        if field["type"] == "photo" and answers.get(field["key"]):
            photo = FormPhoto(
                uid=uuid.UUID(int=chance.getrandbits(128), version=4),
                filled_form_id=filled["id"],
                question=field["key"],
                media_type="image/png",
                content=PICTURE,
            )
            answers[field["key"]] = str(photo.uid)
            yield photo


def _png(width: int, height: int, grey: int) -> bytes:
    """Return a grey picture as PNG (https://www.w3.org/TR/png-3/): a header, the rows compressed, an end."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes([grey]) * width for _row in range(height))
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PICTURE = _png(WIDTH, HEIGHT, GREY)
