"""What the editor of templates sees to besides their documents, for whoever edits those themselves."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from settings_sync.declaring.options import DocumentEdit

from .models import Layout, MessageTemplate, Scheme
from .services import lock_kind, settle_default

Problems = dict[str, list[str]]


def problems_of_kind(edit: DocumentEdit) -> Problems:
    """What a template is for stays as it is: what uses it was chosen by that."""
    if edit.before is None or edit.after is None or edit.before.get("kind") == edit.after.get("kind"):
        return {}
    return {"kind": [_("The kind of a template stays as it is. Make a new one.")]}


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
