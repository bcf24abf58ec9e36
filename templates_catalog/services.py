"""Making, editing, archiving and deleting templates. Every refusal is an EditRefused with messages per field."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from catalog_kit.editing import editing, lock, refuse_when, refuse_when_moved, refuse_when_used, values_of
from sync_ledger.edits import record_edits
from tenants.models import Administration
from tenants.permissions import NotAllowed
from tenants.readable_names import problems_of_names

from .models import Layout, MessageTemplate, Scheme
from .permissions import may_create_templates, may_delete_templates, may_update_templates
from .rights import TemplateRight
from .rules import problems_of_layout, problems_of_message, problems_of_scheme

Template = MessageTemplate | Layout | Scheme

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
}


def create_template(
    *, acting_user: User, administration: Administration, model: type[Template], values: Mapping[str, Any]
) -> Template:
    """A new template from values per field. The first scheme of a kind becomes its default."""
    if not may_create_templates(acting_user, administration):
        raise NotAllowed(TemplateRight.CREATE)
    item = model(**values)
    _refuse_problems(item, {})
    with editing(model):
        if isinstance(item, Scheme):
            lock_kind(item)
            item.is_default = settle_default(acting_user, item, item.is_default)
        item.save()
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
        for name in values.keys() - {"kind"}:
            setattr(locked, name, values[name])
        _refuse_problems(locked, used)
        if isinstance(locked, Scheme):
            _refuse_losing_default(locked, was_default=used["is_default"])
            locked.is_default = settle_default(acting_user, locked, locked.is_default)
        locked.save()
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
    return values_of(item, (*FIELDS[type(item)], "is_archived"))


def problems_of(item: Template) -> dict[str, list[str]]:
    """Messages per field about a template by itself: its text, placeholders and currency."""
    document = {name: getattr(item, name) for name in FIELDS[type(item)] if not name.endswith(("layout", "template"))}
    rules: dict[type[Template], Callable[[Mapping[str, Any]], dict[str, list[str]]]] = {
        MessageTemplate: problems_of_message,
        Layout: problems_of_layout,
        Scheme: problems_of_scheme,
    }
    return rules[type(item)](document)


def _refuse_problems(item: Template, used: Mapping[str, Any]) -> None:
    problems = problems_of_names(item) | problems_of(item)
    if isinstance(item, Scheme):
        problems |= _problems_of_choices(item, used)
    refuse_when(problems)


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
