"""What the editor of templates sees to besides their documents, for whoever edits those themselves."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from catalog_kit.template_language import block_names
from settings_sync.declaring.options import DocumentEdit

from .models import Block, Layout, MessageTemplate, Scheme
from .services import former_names_of, lock_kind, settle_default
from .shared_blocks import problems_of_blocks, read_book, texts_of

Problems = dict[str, list[str]]


def problems_of_kind(edit: DocumentEdit) -> Problems:
    """What a template is for stays as it is: what uses it was chosen by that."""
    if edit.before is None or edit.after is None or edit.before.get("kind") == edit.after.get("kind"):
        return {}
    return {"kind": [_("The kind of a template stays as it is. Make a new one.")]}


def block_names_in(*fields: str) -> Callable[[Mapping[str, Any]], list[str]]:
    """What gives the names of the shared blocks in these texts of a document."""
    return lambda document: [name for field in fields for name in block_names(document.get(field) or "")]


def problems_of_named_blocks(model: Any, edit: DocumentEdit) -> Problems:
    """What is wrong with the shared blocks that the texts name; their list follows from that."""
    if edit.after is None:
        return {}
    chosen = (edit.before or {}).get("blocks", ())
    return problems_of_blocks(model, edit.after, read_book(), uid=edit.uid, chosen=chosen)


def settle_blocks(model: Any, edit: DocumentEdit) -> Mapping[str, Any]:
    """The document with the list of the shared blocks that its texts name."""
    assert edit.after is not None
    named = sorted(str(block.uid) for block in read_book().named_in(texts_of(model, edit.after)))
    if named == list(edit.after.get("blocks", ())):
        return edit.after
    rest = {name: value for name, value in edit.after.items() if name != "blocks"}
    return {**rest, "blocks": named} if named else rest


def settle_block(edit: DocumentEdit) -> Mapping[str, Any]:
    """The same of a block; one that gets another name is still found by the one that it had."""
    assert edit.after is not None
    settled = settle_blocks(Block, edit)
    former = former_names_of(str(edit.former("name") or ""), edit.after["name"], edit.after.get("former_names") or "")
    if former == (edit.after.get("former_names") or ""):
        return settled
    return {**settled, "former_names": former}


def problems_of_scheme_edit(edit: DocumentEdit) -> Problems:
    """What a scheme names must fit its kind, and one scheme of each kind is the default."""
    problems = problems_of_kind(edit) | _problems_of_default(edit)
    if edit.after is None:
        return problems
    for name in ("email_template", "reminder_template"):
        uid = edit.after.get(name)
        chosen = MessageTemplate.objects.filter(uid=uid).first() if uid else None
        if chosen is not None and chosen.kind != MessageTemplate.Kind.EMAIL:
            problems[name] = [_("“%(name)s” is an SMS. Choose an e-mail template.") % {"name": chosen}]
    layout = Layout.objects.get(uid=edit.after["layout"])
    if layout.kind != edit.after["kind"]:
        facts = {"name": layout, "kind": layout.get_kind_display()}
        problems["layout"] = [_("“%(name)s” is a layout for another kind: %(kind)s.") % facts]
    return problems


def settle_scheme(edit: DocumentEdit) -> Mapping[str, Any]:
    """The document with the default that it comes to: the first of a kind is it, and a former one steps back."""
    assert edit.after is not None
    scheme = Scheme.objects.filter(uid=edit.uid).first() or Scheme(uid=edit.uid)
    scheme.kind, scheme.is_archived = edit.after["kind"], edit.is_archived
    lock_kind(scheme)
    is_default = settle_default(edit.acting_user, scheme, bool(edit.after.get("is_default")))
    return {**edit.after, "is_default": is_default}


def _problems_of_default(edit: DocumentEdit) -> Problems:
    if not edit.former("is_default") or edit.former("is_archived"):
        return {}
    others = Scheme.objects.filter(kind=edit.former("kind"), is_archived=False).exclude(uid=edit.uid)
    if edit.is_archived:
        message = _("“%(name)s” is the default. Make another scheme the default first.")
        return {"": [message % {"name": edit.former("name")}]} if others.exists() else {}
    if edit.after is not None and not edit.after.get("is_default"):
        return {"is_default": [_("One scheme of each kind is the default. Make another one the default instead.")]}
    return {}
