"""The shared blocks of the administration that was entered: which ones a text names, and what is wrong with that."""

import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from catalog_kit.suggestions import nearest_name
from catalog_kit.template_language import BLOCK, SharedBlock, block_key, block_names, used_names

from .models import Block, Layout, MessageTemplate
from .placeholders import is_own, known_names

WITH_BLOCKS: dict[Any, tuple[str, ...]] = {
    MessageTemplate: ("body",),
    Layout: ("header", "body", "footer"),
    Block: ("body",),
}
"""What may name shared blocks, and in which of its texts."""


@dataclass(frozen=True)
class KnownBlock:
    """A block as far as texts ask for it."""

    uid: uuid.UUID
    name: str
    body: str
    former_names: tuple[str, ...] = ()
    is_archived: bool = False


@dataclass(frozen=True)
class BlockBook:
    """Every block of an administration, found by the name that a text has for it, whatever its capitals."""

    blocks: tuple[KnownBlock, ...]

    @cached_property
    def by_name(self) -> Mapping[str, KnownBlock]:
        """What a block is called now goes before what another was called, and what is in use before the archived."""
        ordered = sorted(self.blocks, key=lambda block: not block.is_archived)
        found = {block_key(name): block for block in ordered for name in block.former_names}
        return found | {block_key(block.name): block for block in ordered}

    def find(self, name: str) -> KnownBlock | None:
        """The block that a text means by this name."""
        return self.by_name.get(block_key(name))

    def values(self) -> dict[str, SharedBlock]:
        """The blocks as values of a template, by placeholder."""
        return {f"{BLOCK}.{key}": SharedBlock(block.name, block.body) for key, block in self.by_name.items()}

    def named_in(self, texts: Iterable[str]) -> list[KnownBlock]:
        """The blocks that these texts name themselves, each once."""
        found = (self.find(name) for text in texts for name in block_names(text))
        return list({block.uid: block for block in found if block is not None}.values())

    def reached_from(self, texts: Iterable[str]) -> list[KnownBlock]:
        """The blocks that these texts come to, with those that stand in them, each once."""
        reached: dict[uuid.UUID, KnownBlock] = {}
        waiting = self.named_in(texts)
        while waiting:
            block = waiting.pop()
            if block.uid not in reached:
                reached[block.uid] = block
                waiting += self.named_in([block.body])
        return list(reached.values())

    def with_block(self, changed: KnownBlock) -> "BlockBook":
        """The book in which one block is what it is about to become."""
        return replace(self, blocks=(*(block for block in self.blocks if block.uid != changed.uid), changed))


def read_book() -> BlockBook:
    """The blocks of the administration that was entered; one query."""
    rows = Block.objects.order_by("pk").values_list("uid", "name", "body", "former_names", "is_archived")
    return BlockBook(
        tuple(
            KnownBlock(uid, name, body, tuple(former.splitlines()), is_archived)
            for uid, name, body, former, is_archived in rows
        )
    )


def texts_of(model: Any, values: Mapping[str, Any]) -> list[str]:
    """The texts of a template that may name blocks, from its values by field."""
    return [values.get(field) or "" for field in WITH_BLOCKS.get(model, ())]


def problems_of_blocks(
    model: Any, values: Mapping[str, Any], book: BlockBook, *, uid: Any = None, chosen: Iterable[Any] = ()
) -> dict[str, list[str]]:
    """Messages per field about the blocks that a template names; `chosen` are the uids that it named before."""
    problems: dict[str, list[str]] = {}
    if model is Block:
        former = tuple(str(values.get("former_names") or "").splitlines())
        book = book.with_block(KnownBlock(uid, values.get("name") or "", values.get("body") or "", former))
    kept = {str(one) for one in chosen}
    for field in WITH_BLOCKS.get(model, ()):
        text = values.get(field) or ""
        messages = [message for name in block_names(text) for message in _problems_of_name(name, book, kept)]
        if model is not Block:
            messages += _problems_of_reached(values.get("kind") or "", text, book)
        if messages:
            problems[field] = messages
    if model is Block and any(block.uid == uid for block in _within(book, uid)):
        problems["body"] = [*problems.get("body", []), _ring_in_words(book, uid)]
    return problems


def _problems_of_name(name: str, book: BlockBook, kept: set[str]) -> Iterator[str]:
    block = book.find(name)
    shown = "{{ " + f"{BLOCK}.{name}" + " }}"
    if block is None:
        nearest = nearest_name(name, [known.name for known in book.blocks if not known.is_archived])
        facts = {"name": shown, "nearest": "{{ " + f"{BLOCK}.{nearest}" + " }}"}
        if nearest:
            yield _("%(name)s does not exist here. Did you mean %(nearest)s?") % facts
        else:
            yield _("There is no shared block “%(name)s” here. Make it first, or choose another.") % {"name": name}
    elif block_key(block.name) != block_key(name):
        facts = {"name": shown, "now": "{{ " + f"{BLOCK}.{block.name}" + " }}"}
        yield _("%(name)s was renamed to %(now)s.") % facts
    elif block.is_archived and str(block.uid) not in kept:
        yield _("“%(name)s” is archived. Choose another.") % {"name": block.name}


def _problems_of_reached(kind: str, text: str, book: BlockBook) -> Iterator[str]:
    """A block that asks for what a template of this kind does not have would show its braces there."""
    known = set(known_names(kind))
    for block in book.reached_from([text]):
        unknown = [
            name
            for name in used_names(block.body)
            if name not in known and not is_own(name) and not name.startswith(f"{BLOCK}.")
        ]
        if unknown:
            facts = {"block": block.name, "name": "{{ " + unknown[0] + " }}"}
            yield _("Shared block “%(block)s” asks for %(name)s, which does not exist here.") % facts


def _within(book: BlockBook, uid: Any) -> list[KnownBlock]:
    """The blocks that stand in a block, at any depth."""
    return book.reached_from([block.body for block in book.blocks if block.uid == uid])


def _ring_in_words(book: BlockBook, uid: Any) -> str:
    """The shortest way from a block back to itself."""
    start = next(block for block in book.blocks if block.uid == uid)
    ways = [[start]]
    seen: set[Any] = set()
    for way in ways:
        for block in book.named_in([way[-1].body]):
            if block.uid == uid:
                names = " → ".join(one.name for one in [*way, start])
                return _("Shared blocks cannot stand in each other: %(ring)s.") % {"ring": names}
            if block.uid not in seen:
                seen.add(block.uid)
                ways.append([*way, block])
    raise AssertionError("asked of a block that does not stand in itself")


_WHOLE = re.compile(rf"\{{\{{(-?\s*){BLOCK}(?:\.|\[\")(.+?)(?:\"\])?(\s*-?)\}}\}}", re.DOTALL)


def with_renamed_block(text: str, old: str, new: str) -> str:
    """A text in which a block is called by its new name, wherever it was called by the old one."""

    def renamed(match: re.Match[str]) -> str:
        before, name, after = match.groups()
        return f"{{{{{before}{BLOCK}.{new}{after}}}}}" if block_key(_plain(name)) == block_key(old) else match.group()

    return _WHOLE.sub(renamed, text)


def _plain(name: str) -> str:
    return name.replace("&nbsp;", " ").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
