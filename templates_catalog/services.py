"""Making, editing, archiving and deleting templates. Every refusal is an EditRefused with messages per field."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from catalog_kit.editing import editing, lock, refuse_when, refuse_when_moved, refuse_when_used, values_of
from sync_ledger.edits import record_edits
from tenants.models import Administration
from tenants.permissions import NotAllowed
from tenants.readable_names import problems_of_names

from .attachments import attachments_for_log, change_attachments
from .models import Block, Layout, MessageTemplate, Scheme
from .permissions import may_create_templates, may_delete_templates, may_update_templates
from .rights import TemplateRight
from .rules import problems_of_block, problems_of_layout, problems_of_message, problems_of_scheme
from .shared_blocks import (
    WITH_BLOCKS,
    BlockBook,
    KnownBlock,
    problems_of_blocks,
    read_book,
    texts_of,
    with_renamed_block,
)

Template = MessageTemplate | Layout | Scheme | Block

CHANGE_ALONG = "change_along"
"""Beside the fields of a block: whether what names it may name it by its new name."""
SHOWN = 5

FIELDS: dict[type[Template], tuple[str, ...]] = {
    MessageTemplate: ("kind", "name", "subject", "body"),
    Layout: (
        "kind",
        "name",
        "header",
        "body",
        "footer",
        "show_code",
        "show_quantity",
        "show_unit",
        "show_unit_price",
        "show_discount",
        "show_vat",
        "show_amount",
        "attach_pdf",
    ),
    Scheme: (
        "kind",
        "name",
        "layout",
        "email_template",
        "reminder_template",
        "vat_rate",
        "currency",
        "attach_work_order",
        "attach_forms",
        "is_default",
    ),
    Block: ("name", "body"),
}


def create_template(
    *, acting_user: User, administration: Administration, model: type[Template], values: Mapping[str, Any]
) -> Template:
    """A new template from values per field. The first scheme of a kind becomes its default."""
    if not may_create_templates(acting_user, administration):
        raise NotAllowed(TemplateRight.CREATE)
    item = model(**{name: value for name, value in values.items() if name in FIELDS[model]})
    _refuse_problems(item, {})
    with editing(model):
        _refuse_blocks(item)
        if isinstance(item, Scheme):
            lock_kind(item)
            item.is_default = settle_default(acting_user, item, item.is_default)
        item.save()
        change_attachments(item, values)
        _link_blocks(item)
        _record(acting_user, item, {})
    return item


def update_template(
    *,
    acting_user: User,
    administration: Administration,
    item: Template,
    values: Mapping[str, Any],
    seen: str | None = None,
) -> Template:
    """Change fields of a template, except its kind. `seen` is the fingerprint of what the editor was looking at."""
    if not may_update_templates(acting_user, administration):
        raise NotAllowed(TemplateRight.UPDATE)
    with editing(type(item)):
        locked = _lock(item)
        before = values_for_log(locked)
        refuse_when_moved(seen, before)
        used = {name: getattr(locked, name) for name in FIELDS[type(item)]}
        for name in set(FIELDS[type(item)]) & values.keys() - {"kind"}:
            setattr(locked, name, values[name])
        _refuse_problems(locked, used)
        users = _renamed_along(locked, used, is_agreed=bool(values.get(CHANGE_ALONG)))
        if isinstance(locked, Scheme):
            _refuse_losing_default(locked, was_default=used["is_default"])
            locked.is_default = settle_default(acting_user, locked, locked.is_default)
        locked.save()
        change_attachments(locked, values)
        _change_along(acting_user, locked, used, users)
        # By now, because what names a renamed block has changed along.
        _refuse_blocks(locked)
        _link_blocks(locked)
        _record(acting_user, locked, before)
    return locked


def archive_template(*, acting_user: User, administration: Administration, item: Template) -> Template:
    """Take a template out of every choice; what uses it keeps it. A default scheme with others beside it is refused."""
    if not may_update_templates(acting_user, administration):
        raise NotAllowed(TemplateRight.UPDATE)

    def archive(locked: Template) -> None:
        if isinstance(locked, Scheme):
            _refuse_removing_default(locked)
            locked.is_default = False
        locked.is_archived = True

    return _change(acting_user, item, archive)


def unarchive_template(*, acting_user: User, administration: Administration, item: Template) -> Template:
    """Bring an archived template back; a scheme that is then the only one of its kind becomes the default."""
    if not may_update_templates(acting_user, administration):
        raise NotAllowed(TemplateRight.UPDATE)

    def unarchive(locked: Template) -> None:
        locked.is_archived = False
        if isinstance(locked, Scheme):
            locked.is_default = not _defaults_beside(locked).exists()

    return _change(acting_user, item, unarchive)


def make_default(*, acting_user: User, administration: Administration, scheme: Scheme) -> Scheme:
    """Make this scheme the default of its kind, and the former default an ordinary one."""
    if not may_update_templates(acting_user, administration):
        raise NotAllowed(TemplateRight.UPDATE)

    def choose(locked: Template) -> None:
        assert isinstance(locked, Scheme)
        if locked.is_archived:
            refuse_when({"": [_("An archived scheme cannot be the default. Bring it back first.")]})
        locked.is_default = settle_default(acting_user, locked, True)

    changed = _change(acting_user, scheme, choose)
    assert isinstance(changed, Scheme)
    return changed


def delete_template(*, acting_user: User, administration: Administration, item: Template) -> None:
    """Delete a template that nothing uses; raises StillUsed with what does."""
    if not may_delete_templates(acting_user, administration):
        raise NotAllowed(TemplateRight.DELETE)
    with editing(type(item)):
        locked = _lock(item)
        before = values_for_log(locked)
        refuse_when_used(locked)
        if isinstance(locked, Scheme):
            _refuse_removing_default(locked)
        _record(acting_user, locked, before, is_deleted=True)
        locked.delete()


def values_for_log(item: Template) -> dict[str, Any]:
    """The fields of a template as people read them."""
    fields = (*FIELDS[type(item)], *(["former_names"] if isinstance(item, Block) else []), "is_archived")
    values = values_of(item, fields, ("blocks",) if type(item) in WITH_BLOCKS else ())
    return values | (attachments_for_log(item) if isinstance(item, MessageTemplate) else {})


def problems_of(item: Template) -> dict[str, list[str]]:
    """Messages per field about a template by itself: its text, placeholders and currency."""
    document = {name: getattr(item, name) for name in FIELDS[type(item)] if not name.endswith(("layout", "template"))}
    rules: dict[type[Template], Callable[[Mapping[str, Any]], dict[str, list[str]]]] = {
        MessageTemplate: problems_of_message,
        Layout: problems_of_layout,
        Scheme: problems_of_scheme,
        Block: problems_of_block,
    }
    return rules[type(item)](document)


def _refuse_problems(item: Template, used: Mapping[str, Any]) -> None:
    problems = problems_of_names(item) | problems_of(item)
    if isinstance(item, Scheme):
        problems |= _problems_of_choices(item, used)
    refuse_when(problems)


def _refuse_blocks(item: Template) -> None:
    """What is wrong with the shared blocks that a template names; of a block also where it stands itself."""
    if type(item) not in WITH_BLOCKS:
        return
    book = read_book()
    linked: Any = item
    chosen = [block.uid for block in linked.blocks.all()] if item.pk else []
    problems = problems_of_blocks(type(item), vars(item), book, uid=item.uid, chosen=chosen)
    if isinstance(item, Block) and not problems:
        book = book.with_block(KnownBlock(item.uid, item.name, item.body, tuple(item.former_names.splitlines())))
        problems = _problems_where_it_stands(item, book)
    refuse_when(problems)


def _problems_where_it_stands(block: Block, book: BlockBook) -> dict[str, list[str]]:
    """What a block asks for, and a template that comes to it, at whatever depth, does not have."""
    waiting = [block]
    seen = {block.pk}
    for inner in waiting:
        for user in _users_of(inner):
            if isinstance(user, Block) and user.pk not in seen:
                seen.add(user.pk)
                waiting.append(user)
            elif not isinstance(user, Block):
                chosen = [known.uid for known in book.blocks]
                found = problems_of_blocks(type(user), vars(user), book, uid=user.uid, chosen=chosen)
                for message in (message for messages in found.values() for message in messages):
                    return {
                        "body": [_("“%(user)s” names this block. %(problem)s") % {"user": user, "problem": message}]
                    }
    return {}


def _users_of(block: Block) -> list[Any]:
    """What names a block in its own texts, in order; what is archived as well."""
    if not block.pk:
        return []
    pointing: tuple[Any, ...] = (block.messages, block.layouts, block.within)
    return [user for manager in pointing for user in manager.order_by("name", "pk")]


def _link_blocks(item: Template) -> None:
    """Let the list of blocks be what the texts name."""
    if type(item) in WITH_BLOCKS:
        linked: Any = item
        named = read_book().named_in(texts_of(type(item), vars(item)))
        linked.blocks.set(Block.objects.filter(uid__in=[block.uid for block in named]))


def former_names_of(before: str, after: str, former: str) -> str:
    """The former names of a block that is called otherwise from now on, the last one first."""
    if not before or before == after:
        return former
    return "\n".join(dict.fromkeys(name for name in (before, *former.splitlines()) if name != after))


def _renamed_along(item: Template, used: Mapping[str, Any], *, is_agreed: bool) -> list[Any]:
    """What names a block that gets another name, once it is agreed that it changes along."""
    if not isinstance(item, Block) or item.name == used["name"]:
        return []
    users = _users_of(item)
    if users and not is_agreed:
        more = "…" if len(users) > SHOWN else ""
        names = ", ".join(f"“{user}”" for user in users[:SHOWN]) + more
        message = _("This block is named by %(users)s. Tick that these change along, or leave the name as it is.")
        refuse_when({CHANGE_ALONG: [message % {"users": names}]})
    item.former_names = former_names_of(used["name"], item.name, item.former_names)
    return users


def _change_along(acting_user: User, item: Template, used: Mapping[str, Any], users: Iterable[Any]) -> None:
    """Let these templates call a block by its new name."""
    for user in users:
        locked = lock(user)
        before = values_for_log(locked)
        for field in WITH_BLOCKS[type(locked)]:
            setattr(locked, field, with_renamed_block(getattr(locked, field), used["name"], item.name))
        locked.save()
        _record(acting_user, locked, before)


def _problems_of_choices(scheme: Scheme, used: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a scheme names must fit its kind, and an archived setting may stay but not be chosen."""
    problems: dict[str, list[str]] = {}
    for name in ("layout", "email_template", "reminder_template", "vat_rate"):
        chosen = getattr(scheme, name)
        if chosen is not None and chosen.is_archived and chosen != used.get(name):
            problems[name] = [_("“%(name)s” is archived. Choose another.") % {"name": chosen}]
        elif isinstance(chosen, MessageTemplate) and chosen.kind != MessageTemplate.Kind.EMAIL:
            problems[name] = [_("“%(name)s” is an SMS. Choose an e-mail template.") % {"name": chosen}]
    if scheme.layout.kind != scheme.kind:
        facts = {"name": scheme.layout, "kind": scheme.layout.get_kind_display()}
        problems["layout"] = [_("“%(name)s” is a layout for another kind: %(kind)s.") % facts]
    return problems


def _defaults_beside(scheme: Scheme) -> Any:
    active = Scheme.objects.filter(kind=scheme.kind, is_archived=False, is_default=True)
    return active.exclude(pk=scheme.pk)


def settle_default(acting_user: User, scheme: Scheme, wanted: bool) -> bool:
    """Whether the scheme is to be the default; a former default steps back, and the first of a kind always is."""
    if scheme.is_archived:
        return False
    former = _defaults_beside(scheme).first()
    if former is not None and wanted:
        before = values_for_log(former)
        former.is_default = False
        former.save(update_fields=["is_default"])
        _record(acting_user, former, before)
    return wanted or former is None


def _refuse_losing_default(scheme: Scheme, *, was_default: bool) -> None:
    if was_default and not scheme.is_default:
        message = _("One scheme of each kind is the default. Make another one the default instead.")
        refuse_when({"is_default": [message]})


def _refuse_removing_default(scheme: Scheme) -> None:
    others = Scheme.objects.filter(kind=scheme.kind, is_archived=False).exclude(pk=scheme.pk)
    if scheme.is_default and others.exists():
        message = _("“%(name)s” is the default. Make another scheme the default first.")
        refuse_when({"": [message % {"name": scheme}]})


def _lock(item: Template) -> Template:
    if isinstance(item, Scheme):
        lock_kind(item)
    return lock(item)


def lock_kind(scheme: Scheme) -> None:
    """One edit at a time settles which scheme of a kind is the default; locked in one order, so that none deadlocks."""
    list(Scheme.objects.filter(kind=scheme.kind).order_by("pk").select_for_update().values_list("pk"))


def _change(acting_user: User, item: Template, change: Callable[[Template], None]) -> Template:
    with editing(type(item)):
        locked = _lock(item)
        before = values_for_log(locked)
        change(locked)
        locked.save()
        _record(acting_user, locked, before)
    return locked


def _record(acting_user: User, item: Template, before: Mapping[str, Any], *, is_deleted: bool = False) -> None:
    after = {} if is_deleted else values_for_log(item)
    record_edits(acting_user=acting_user, item=item, before=before, after=after)
