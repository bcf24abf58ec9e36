"""What names a field or one of its options, and changing that along when the field or option is renamed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as defaulting
from typing import Any

from django.utils.translation import gettext as _

from settings_sync.planning.lists import renamed_entries

from .documents import FIELDS_OF
from .formula_rules import renamed, rules_of, uses_of_name, uses_of_option, with_other_options
from .models import Field, Form, Section

SHOWN = 5


@dataclass(frozen=True)
class Renaming:
    """A field that gets another id, or options of it that get other codes: each by what it was.

    `words` are the options as people read them, which is what a print template compares answers with.
    """

    before: Field
    reference: str
    names: Mapping[str, str] = defaulting(default_factory=dict)
    options: Mapping[str, str] = defaulting(default_factory=dict)
    words: Mapping[str, str] = defaulting(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.names or self.options or self.words)


def renaming_of(part: Field, values: Mapping[str, Any]) -> Renaming:
    """Return what an edit of a field renames."""
    reference = values.get("reference", part.reference)
    names = {} if reference == part.reference else {part.reference: reference}
    after = values.get("options", part.options)
    options = renamed_entries(part.options, after)
    labels = values.get("option_labels", part.option_labels)
    words = {}
    for code in part.options:
        becomes = options.get(code, code)
        was = part.option_labels.get(code, code)
        if becomes in after and labels.get(becomes, becomes) != was:
            words[was] = labels.get(becomes, becomes)
    # Its id is kept apart, for whoever saves the edit gives the field the new one.
    return Renaming(part, part.reference, names, options, words)


def users_of(form: Form, renaming: Renaming) -> list[str]:
    """Return in words what names the field or its options: rules and conditions elsewhere, and the print template."""
    if not renaming:
        return []
    words = {}
    for part in _other_parts(form, renaming.before):
        for rule in _rules_that_name(part, renaming):
            field: Any = part._meta.get_field(rule)
            label = field.verbose_name
            words[str(part), rule] = _("“%(part)s” (%(rule)s)") % {"part": part, "rule": label}
    template = form.print_template
    if template != _template_along(template, renaming):
        words["", "print_template"] = _("the print template")
    return list(words.values())


def in_words(users: list[str]) -> str:
    """Return the first few of what uses something."""
    more = "…" if len(users) > SHOWN else ""
    return ", ".join(users[:SHOWN]) + more


def own_values(part: Field, values: Mapping[str, Any], renaming: Renaming) -> dict[str, Any]:
    """Return the values of an edit in which the field's own rules and default follow its new id and options."""
    row = {name: values.get(name, getattr(part, name)) for name in FIELDS_OF[Field]}
    lines = [renaming.options.get(line, line) for line in str(row["default_value"]).splitlines()]
    own = with_other_options(row, part.reference, renaming.options)
    return {**values, **own, **renamed(row | own, renaming.names), "default_value": "\n".join(lines)}


def change_along(form: Form, renaming: Renaming) -> None:
    """Let everything that names the field or its options in this form name it as it is called now."""
    for part in _other_parts(form, renaming.before):
        row = {name: getattr(part, name) for name in FIELDS_OF[type(part)]}
        changed = with_other_options(row, renaming.reference, renaming.options)
        changed |= renamed(row | changed, renaming.names)
        waits = part.visible_if_field_id == renaming.before.pk
        if waits and part.visible_if_value in renaming.options:
            changed["visible_if_value"] = renaming.options[part.visible_if_value]
        for name, value in changed.items():
            setattr(part, name, value)
        if changed:
            part.save(update_fields=list(changed))
    template = _template_along(form.print_template, renaming)
    if template != form.print_template:
        form.print_template = template
        form.save(update_fields=["print_template"])


def _other_parts(form: Form, part: Field) -> list[Section | Field]:
    fields = Field.objects.filter(section__form=form).exclude(pk=part.pk).order_by("section__position", "position")
    return [*form.sections.order_by("position"), *fields]


def _rules_that_name(part: Section | Field, renaming: Renaming) -> list[str]:
    row = {name: getattr(part, name) for name in rules_of(vars(part))}
    uses = [use for name in renaming.names for use in uses_of_name([row], name)]
    uses += [use for code in renaming.options for use in uses_of_option([row], renaming.reference, code)]
    waits = part.visible_if_field_id == renaming.before.pk and part.visible_if_value in renaming.options
    return [*dict.fromkeys(use.rule for use in uses), *(["visible_if_value"] if waits else [])]


def _template_along(template: str, renaming: Renaming) -> str:
    """The print template as it names the field, and compares its answer, after the renaming."""
    compared = _comparison(renaming.reference)
    becomes = compared.sub(
        lambda found: f"{found[1]}{found[2]}{renaming.words.get(found[3], found[3])}{found[2]}", template
    )
    for old, new in renaming.names.items():
        # An id has letters, digits, hyphens and underscores, so that nothing in it means something to `sub`.
        becomes = _placeholder(old).sub(rf"\g<1>{new}", becomes)
    return becomes


def _comparison(name: str) -> re.Pattern[str]:
    """`veld.soort == 'cv'` and what is like it: up to the quote, the quote, and the words in it."""
    return re.compile(rf"""(\bveld\.{re.escape(name)}\s*(?:==|!=|<>|contains)\s*)(['"])(.*?)\2""")


def _placeholder(name: str) -> re.Pattern[str]:
    return re.compile(rf"(\bveld\.){re.escape(name)}(?![a-zA-Z0-9_-])")
