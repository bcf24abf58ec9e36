"""The words on the pages of a PDF of our own, read as a reader program does: by the maps from glyphs to characters."""

import base64
import re
import zlib

OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
SHOWN = re.compile(rb"/(F\d+(?:\+\d+)?) [\d.]+ Tf|\(((?:[^()\\]|\\.)*)\) Tj|(T\*|ET)", re.DOTALL)
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def pages_of(file: bytes) -> list[str]:
    """The text of each page, with single spaces."""
    objects = {int(number): body for number, body in OBJECT.findall(file)}
    fonts = _fonts(objects)
    pages = [body for _number, body in sorted(objects.items()) if b"/Type /Page\n" in body or b"/Type /Page " in body]
    return [_words(_stream(objects[_reference(page, b"Contents")]), fonts) for page in pages]


def _reference(body: bytes, name: bytes) -> int:
    found = re.search(rb"/" + name + rb" (\d+) 0 R", body)
    assert found, name
    return int(found[1])


def _stream(body: bytes) -> bytes:
    found = STREAM.search(body)
    assert found
    content = found[1]
    if b"ASCII85Decode" in body:
        content = base64.a85decode(content.strip().removesuffix(b"~>"))
    return zlib.decompress(content) if b"FlateDecode" in body else content


def _fonts(objects: dict[int, bytes]) -> dict[str, dict[int, str]]:
    """By the name of each font the character of each of its codes."""
    fonts = {}
    for body in objects.values():
        name = re.search(rb"/Name /(F[\d+]+)", body)
        if name and b"/ToUnicode" in body:
            fonts[name[1].decode()] = _characters(_stream(objects[_reference(body, b"ToUnicode")]))
    return fonts


def _characters(table: bytes) -> dict[int, str]:
    known: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, character in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>", block):
            known[int(code, 16)] = bytes.fromhex(character.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for first, _last, row in re.findall(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*\[(.*?)\]", block, re.DOTALL):
            for offset, character in enumerate(re.findall(rb"<([0-9A-Fa-f]+)>", row)):
                known[int(first, 16) + offset] = bytes.fromhex(character.decode()).decode("utf-16-be")
    return known


def _words(content: bytes, fonts: dict[str, dict[int, str]]) -> str:
    font: dict[int, str] = {}
    text = []
    for name, shown, ends in SHOWN.findall(content):
        if name:
            font = fonts.get(name.decode(), {})
        elif ends:
            text.append(" ")
        else:
            text += [font.get(code, "�") for code in _unescaped(shown)]
    return " ".join("".join(text).split())


def _unescaped(text: bytes) -> bytes:
    octal = re.sub(rb"\\([0-7]{3})", lambda found: bytes([int(found[1], 8)]), text)
    return re.sub(rb"\\(.)", lambda found: ESCAPES.get(found[1], found[1]), octal, flags=re.DOTALL)
