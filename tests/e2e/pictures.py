"""Small pictures: a screenshot with the 256 colours that matter most in it."""

import base64
import struct
import zlib

from playwright.sync_api import BrowserContext

COLOURS = 256

# The browser decodes the picture; the rarest colours, shades at the edges of letters, become the nearest of the others.
REDUCE = """async ([png, most]) => {
  const bitmap = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const bytes = context.getImageData(0, 0, bitmap.width, bitmap.height).data;
  const pixels = new Uint32Array(bytes.buffer);
  const counts = new Map();
  for (const pixel of pixels) counts.set(pixel, (counts.get(pixel) || 0) + 1);
  const palette = [...counts.entries()].sort((a, b) => b[1] - a[1]).slice(0, most).map(([pixel]) => pixel);
  const parts = (pixel) => [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
  const known = palette.map(parts);
  const index = new Map(palette.map((pixel, place) => [pixel, place]));
  for (const pixel of counts.keys()) {
    if (index.has(pixel)) continue;
    const [r, g, b] = parts(pixel);
    let best = 0, least = Infinity;
    known.forEach(([kr, kg, kb], place) => {
      const far = (r - kr) ** 2 + (g - kg) ** 2 + (b - kb) ** 2;
      if (far < least) [best, least] = [place, far];
    });
    index.set(pixel, best);
  }
  const rows = new Uint8Array(pixels.length);
  pixels.forEach((pixel, place) => { rows[place] = index.get(pixel); });
  let text = "";
  for (let at = 0; at < rows.length; at += 32768) text += String.fromCharCode(...rows.subarray(at, at + 32768));
  return { width: bitmap.width, height: bitmap.height, palette: known.flat(), rows: btoa(text) };
}"""


def make_small(context: BrowserContext, png: bytes) -> bytes:
    """The same picture with at most 256 colours, as PNG."""
    page = context.new_page()
    found = page.evaluate(REDUCE, [base64.b64encode(png).decode(), COLOURS])
    page.close()
    width, rows = found["width"], base64.b64decode(found["rows"])
    lines = b"".join(b"\0" + rows[at : at + width] for at in range(0, len(rows), width))
    header = struct.pack(">IIBBBBB", width, found["height"], 8, 3, 0, 0, 0)
    parts = ((b"IHDR", header), (b"PLTE", bytes(found["palette"])), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in parts)


def chunk(name: bytes, data: bytes) -> bytes:
    """One part of a PNG file."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
