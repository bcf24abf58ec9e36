"""What a form must satisfy, on its document: the screens and a sync ask the same questions here. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from catalog_kit.company_values import FIELDS_OF_COMPANY, LOGO
from catalog_kit.suggestions import nearest_name
from catalog_kit.taking_in import problems_of_markup
from catalog_kit.template_language import TemplateFault, read_template
from reference_data.rules import messages_of, problems_of_options
from settings_sync.declaring.options import Problem
from tenants.entries import problem_of_entry
from tenants.readable_names import is_visible

from .answering.entries import READ_AS
from .formula_rules import names_waited_for, problems_of_rules, rules_of
from .type_rules import problems_of_default, problems_of_rows, problems_of_settings

CHOICES = ("checkboxes", "several", "radio", "dropdown")
TICKED = ("checkboxes", "several")
WITHOUT_DEFAULT = ("photo", "file", "signature", "object_reference", "own_list", "calculated", "information")
WITHOUT_ANSWER = ("information",)
NEVER_REQUIRED = ("information", "calculated")
ANSWER_IS_NO_TEXT = ("photo", "file", "signature", "information")
RESERVED = "_"
"""How no code of an option begins beside “other, namely”, whose own code begins so."""

PLACEHOLDER_GROUPS = ("bedrijf", "klant", "werkbon", "formulier", "veld")
_FILLED_IN = {
    "klant": "naam nummer adres postcode plaats email telefoon contactpersoon",
    "werkbon": "nummer datum tijd omschrijving werktype status referentie object medewerker",
    "formulier": "naam datum ingevuld_door",
}
PLACEHOLDERS = (
    *FIELDS_OF_COMPANY,
    LOGO,
    *(f"{group}.{name}" for group, names in _FILLED_IN.items() for name in names.split()),
)
"""What a print template may name beside the fields of its form."""

Problems = dict[str, list[str]]


def problems_of_field(field: Mapping[str, Any]) -> Problems:
    """Messages per field name about one question, apart from what it has to do with the rest of the form."""
    kind = field.get("type", "text")
    options = field.get("options", [])
    found: Problems = {"options": _option_problems(kind, options)}
    found["option_labels"] = _label_problems(options, field.get("option_labels", {}))
    found["default_value"] = _default_problems(field, options, field.get("default_value", ""))
    if kind in NEVER_REQUIRED and field.get("is_required", False):
        found["is_required"] = [_("Nobody fills in a field of this type, so it cannot be required.")]
    found |= problems_of_settings(field)
    if field.get("allows_other") and any(str(code).startswith(RESERVED) for code in options):
        found["options"] = [_("Beside “other, namely” no code begins with an underscore.")]
    return {name: messages for name, messages in found.items() if messages}


def _option_problems(kind: str, options: Sequence[Any]) -> list[str]:
    if kind in CHOICES:
        return problems_of_options(options) if options else [_("Give at least one option to choose from.")]
    return [_("Only what is chosen from has options.")] if options else []


def _label_problems(options: Sequence[Any], labels: Mapping[str, Any]) -> list[str]:
    strange = [code for code in labels if code not in options]
    empty = [code for code, label in labels.items() if not isinstance(label, str) or not is_visible(label)]
    return [
        *(_("There is no option “%(code)s” to give a label.") % {"code": code} for code in strange),
        *(_("The option “%(code)s” has an empty label.") % {"code": code} for code in empty),
    ]


def _default_problems(field: Mapping[str, Any], options: Sequence[Any], default: str) -> list[str]:
    kind = field.get("type", "text")
    if not default:
        return []
    if kind in WITHOUT_DEFAULT:
        return [_("A field of this type has no default.")]
    if kind in CHOICES:
        ticked = default.splitlines() if kind in TICKED else [default]
        unknown = [text for text in ticked if text not in options]
        return [_("The default “%(value)s” is not one of the options.") % {"value": text} for text in unknown]
    return problems_of_default(field, default)


def problems_of_condition(part: Mapping[str, Any], fields: Mapping[str, Mapping[str, Any]]) -> Problems:
    """Messages about "show only when …" of a section or field; `fields` are those of the same form, by uid."""
    uid = part.get("visible_if_field")
    value = part.get("visible_if_value", "")
    if not uid:
        return {"visible_if_value": [_("Choose the field that must have this answer.")]} if value else {}
    asked = fields.get(uid)
    if asked is None:
        return {"visible_if_field": [Problem(_("Choose a field of this form."), breaks=True)]}
    if uid == part.get("uid"):
        return {"visible_if_field": [Problem(_("A field cannot depend on itself."), breaks=True)]}
    return _answer_problems(asked.get("type", "text"), asked.get("options", []), value)


def _answer_problems(kind: str, options: Sequence[Any], value: str) -> Problems:
    """What keeps a field from ever having the answer that is waited for, and what is not written as rules ask."""
    if kind in WITHOUT_ANSWER:
        message = _("An information text has no answer, so nothing can depend on it.")
        return {"visible_if_field": [Problem(message, breaks=True)]}
    if value and kind in ANSWER_IS_NO_TEXT:
        message = _("Leave the answer empty: shown as soon as there is a photo or signature.")
        return {"visible_if_value": [Problem(message, breaks=True)]}
    if value and kind in CHOICES and value not in options:
        message = _("“%(value)s” is not one of the options of that field.") % {"value": value}
        return {"visible_if_value": [Problem(message, breaks=True)]}
    if value and kind == "yes_no" and value not in ("yes", "no"):
        message = _("A yes-or-no question is answered with “yes” or “no”.")
        return {"visible_if_value": [Problem(message, breaks=True)]}
    problem = problem_of_entry(READ_AS.get(kind, kind), value) if value else ""
    return {"visible_if_value": [problem]} if problem else {}


def problems_of_part(document: Mapping[str, Any], kind: str, uid: str) -> Problems:
    """Messages per field name about one section or field of a form, in its place."""
    row = next(row for row in _parts(document, kind) if row["uid"] == uid)
    fields = {field["uid"]: field for field in _parts(document, "field")}
    found = problems_of_field(row) if kind == "field" else {}
    found |= problems_of_condition(row, fields)
    found |= problems_of_rules(row, _by_name(document))
    found |= problems_of_rows(row) if kind == "section" else {}
    if kind == "field" and row.get("reference") in doubled_references(document):
        found["reference"] = [_("Another field of this form has this id already. Choose another.")]
    if uid in circles(document):
        place = "visible_if_field" if row.get("visible_if_field") else next(iter(rules_of(row)), "")
        found[place] = [_("That field depends on this one: the two wait for each other.")]
    elif asked := early_parts(document).get(uid):
        message = _("“%(field)s” stands further down. Put it before this one, or choose a field above this one.")
        found["visible_if_field"] = [message % {"field": _label(fields[asked])}]
    return found


def problems_of_print_template(html: str, references: Collection[str]) -> list[str]:
    """Messages about the HTML of a print template; `references` are the ids of the fields of the form."""
    problems = problems_of_markup(html)
    try:
        names = dict.fromkeys(used.name for used in read_template(html).used)
    except TemplateFault as fault:
        return [*problems, _("Line %(line)d: %(words)s") % {"line": fault.line, "words": fault}]
    return [*problems, *(message for name in names if (message := _problem_of_placeholder(name, references)))]


def _problem_of_placeholder(name: str, references: Collection[str]) -> str:
    """Why a print template cannot name this, with the nearest that it can; empty when it can."""
    group, _dot, rest = name.partition(".")
    if name in PLACEHOLDERS or (group == "veld" and rest in references):
        return ""
    nearest = nearest_name(name, [*PLACEHOLDERS, *(f"veld.{reference}" for reference in references)])
    shown = "{{ " + name + " }}"
    if nearest:
        message = _("%(name)s does not exist here. Did you mean %(nearest)s?")
        message %= {"name": shown, "nearest": "{{ " + nearest + " }}"}
    elif group == "veld" and rest:
        message = _("{{ %(name)s }} does not exist: no field of this form has that id.") % {"name": name}
    elif group in PLACEHOLDER_GROUPS and rest:
        message = _("%(name)s does not exist here. Choose one from the list of placeholders.") % {"name": shown}
    else:
        groups = ", ".join(f"{known}." for known in PLACEHOLDER_GROUPS)
        message = _("{{ %(name)s }} does not exist here. It starts with %(groups)s.") % {"name": name, "groups": groups}
    # What is nearest moves with the fields; it is the same problem.
    return Problem(message, about=("print_template", name))


def circles(document: Mapping[str, Any]) -> list[str]:
    """The uids of sections and fields whose visibility, followed back, depends on itself."""
    rows = _all_parts(document)
    names = {row["uid"]: names_waited_for(row) for row in rows}
    if not any(row.get("visible_if_field") or names[row["uid"]] for row in rows):
        # Most forms hide nothing, and a sync judges hundreds of them at once: what follows is half of judging one.
        return []
    by_name = _by_name(document)
    waits_for = {
        row["uid"]: [*_depends_on(row), *(by_name[name]["uid"] for name in names[row["uid"]] if name in by_name)]
        for row in rows
    }
    return [uid for uid in waits_for if _comes_back(uid, waits_for)]


def early_parts(document: Mapping[str, Any]) -> dict[str, str]:
    """The sections and fields that stand before the field on whose answer they depend, with the uid of that field."""
    waiting = {row["uid"]: row["visible_if_field"] for row in _all_parts(document) if row.get("visible_if_field")}
    if not waiting:
        return {}
    sections = [row["uid"] for row in _parts(document, "section")]
    places = {uid: (number, -1) for number, uid in enumerate(sections)}
    for number, row in enumerate(_parts(document, "field")):
        if row.get("section") in places:
            places[row["uid"]] = (places[row["section"]][0], number)
    return {uid: asked for uid, asked in waiting.items() if asked in places and places[uid] < places[asked]}


def _depends_on(row: Mapping[str, Any]) -> list[str]:
    return [uid for uid in (row.get("visible_if_field"), row.get("section")) if uid]


def _comes_back(start: str, waits_for: Mapping[str, list[str]]) -> bool:
    seen: set[str] = set()
    ahead = list(waits_for[start])
    while ahead:
        uid = ahead.pop()
        if uid == start:
            return True
        if uid not in seen:
            seen.add(uid)
            ahead.extend(waits_for.get(uid, []))
    return False


def doubled_references(document: Mapping[str, Any]) -> list[str]:
    """The ids inside the form that more than one field has."""
    counts = Counter(row.get("reference", "") for row in _parts(document, "field"))
    return sorted(reference for reference, count in counts.items() if count > 1)


def problems_of_form(document: Mapping[str, Any]) -> list[str]:
    """Every message about a whole form, each naming the section or field that it is about; none when all is well."""
    references = [row.get("reference", "") for row in _parts(document, "field")]
    print_template = problems_of_print_template(document.get("print_template", ""), references)
    return [
        *_empty_names(document),
        *_part_problems(document),
        *_form_wide_problems(document),
        *(_of_print_template(message) for message in print_template),
    ]


def _of_print_template(message: str) -> Problem:
    words = _("Print template: %(message)s") % {"message": message}
    return Problem(words, about=message.about if isinstance(message, Problem) else message)


def _empty_names(document: Mapping[str, Any]) -> Iterator[str]:
    if not is_visible(document.get("name", "")):
        yield _("The form has no name.")
    if not all(is_visible(row.get("title", "")) for row in _parts(document, "section")):
        yield _("A section has no title.")
    for row in _parts(document, "field"):
        if not is_visible(row.get("label", "")) or not is_visible(row.get("reference", "")):
            yield _("Field “%(field)s” needs a label and an id.") % {"field": row.get("label", "")}


def _part_problems(document: Mapping[str, Any]) -> Iterator[str]:
    fields = {row["uid"]: row for row in _parts(document, "field")}
    by_name = _by_name(document)
    for row in _parts(document, "section"):
        problems = problems_of_condition(row, fields) | problems_of_rules(row, by_name) | problems_of_rows(row)
        for message in messages_of(problems):
            words = _("Section “%(section)s”: %(message)s") % {"section": row.get("title", ""), "message": message}
            yield _in_place(message, words, row)
    for row in fields.values():
        problems = problems_of_condition(row, fields) | problems_of_rules(row, by_name)
        for message in (*messages_of(problems_of_field(row)), *messages_of(problems)):
            words = _("Field “%(field)s”: %(message)s") % {"field": row.get("label", ""), "message": message}
            yield _in_place(message, words, row)


def _in_place(message: Problem, words: str, row: Mapping[str, Any]) -> Problem:
    """A message about a section or field, which is the same one when that has another name."""
    return Problem(words, about=(row["uid"], message.about), breaks=message.breaks)


def _form_wide_problems(document: Mapping[str, Any]) -> Iterator[str]:
    for reference in doubled_references(document):
        message = _("The id “%(reference)s” is used by more than one field of this form.") % {"reference": reference}
        yield Problem(message, breaks=True)
    rows = {row["uid"]: row for row in _all_parts(document)}
    in_circle = circles(document)
    if in_circle:
        names = ", ".join(_label(rows[uid]) for uid in in_circle)
        message = _("These wait for each other: %(parts)s.") % {"parts": names}
        yield Problem(message, about=("circle", frozenset(in_circle)), breaks=True)
    for uid, asked in early_parts(document).items():
        if uid not in in_circle:
            message = _("“%(part)s” stands before “%(field)s”, on whose answer it depends.")
            facts = {"part": _label(rows[uid]), "field": _label(rows[asked])}
            yield Problem(message % facts, about=("early", uid, asked))


def _label(row: Mapping[str, Any]) -> str:
    return str(row.get("label") or row.get("title", ""))


def _parts(document: Mapping[str, Any], kind: str) -> list[Mapping[str, Any]]:
    rows: list[Mapping[str, Any]] = document.get("parts", {}).get(kind, [])
    return rows


def _by_name(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The fields of a form by the id by which rules name them."""
    return {row.get("reference", ""): row for row in _parts(document, "field")}


def _all_parts(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*_parts(document, "section"), *_parts(document, "field")]
