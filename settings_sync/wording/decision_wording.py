"""Decisions in words: what is offered, what it does, and what was decided."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from settings_sync.declaring.kinds import all_kinds
from settings_sync.planning.verdicts import Verdict, Word

from .wording import path_in_words

COUPLE_SAME = "couple:same"
TAKE_DEFAULT = "default:take"
LEAVE_DEFAULT = "default:leave"

OFFERS: dict[str, tuple[str, str]] = {
    Word.MERGE: (
        gettext_noop("Decide field by field"),
        gettext_noop("Below, for each field that both sides changed. Other changes of both sides are kept."),
    ),
    Word.KEEP_LOCAL: (
        gettext_noop("Keep that of {where}"),
        gettext_noop("You are not asked again until the main administration changes it."),
    ),
    Word.OVERWRITE: (
        gettext_noop("Take that of the main administration"),
        gettext_noop("What was changed in {where} is replaced."),
    ),
    Word.PUT_BACK: (
        gettext_noop("Put back that of the main administration"),
        gettext_noop("What was changed in {where} is replaced."),
    ),
    Word.BRING_BACK: (
        gettext_noop("Bring it back"),
        gettext_noop("It is added in {where} again, as it is in the main administration."),
    ),
    Word.LEAVE: (gettext_noop("Leave it away"), gettext_noop("It was removed in {where}, and that stays so.")),
    COUPLE_SAME: (
        gettext_noop("Couple with “{holder}”"),
        gettext_noop(
            "The setting of {where} with the same name gets the content of the main administration; what uses it goes"
            " on using it."
        ),
    ),
    Word.COUPLE: (
        gettext_noop("Couple with another setting of {where}"),
        gettext_noop(
            "The one that you choose below gets the content of the main administration; what uses it goes on using it."
        ),
    ),
    Word.CREATE_AS: (
        gettext_noop("Add it in {where} under another name"),
        gettext_noop("It is kept up to date, but for that name."),
    ),
    Word.ARCHIVE: (
        gettext_noop("Archive it in {where}"),
        gettext_noop("Nobody can choose it any more; what uses it goes on using it."),
    ),
    Word.DELETE: (gettext_noop("Delete it in {where}"), gettext_noop("What is used is archived and not deleted.")),
    Word.SKIP: (
        gettext_noop("Skip it this time"),
        gettext_noop("Nothing changes in {where}; you are asked again next time."),
    ),
    TAKE_DEFAULT: (
        gettext_noop("Add it, and make it the default in {where}"),
        gettext_noop("What is the default in {where} now stays, but is no longer the default."),
    ),
    LEAVE_DEFAULT: (
        gettext_noop("Add it, but not as the default"),
        gettext_noop("The default of {where} stays as it is."),
    ),
}

POLICY_WORDS: dict[str, tuple[str, dict[str, str]]] = {
    "changed_locally": (
        gettext_noop("What only the sub-administration changed"),
        {
            "keep": gettext_noop("stays as the sub-administration has it"),
            "put_back": gettext_noop("is put back to what the main administration has"),
        },
    ),
    "conflict": (
        gettext_noop("What was changed on both sides"),
        {
            "hold": gettext_noop("waits until somebody decides"),
            "keep_local": gettext_noop("stays as the sub-administration has it"),
            "overwrite": gettext_noop("is taken over from the main administration"),
        },
    ),
    "removed_locally": (
        gettext_noop("What the sub-administration removed"),
        {"leave": gettext_noop("stays away"), "bring_back": gettext_noop("is added again")},
    ),
    "removed_in_source": (
        gettext_noop("What the main administration removed"),
        {
            "keep": gettext_noop("stays in the sub-administration"),
            "archive": gettext_noop("is archived in the sub-administration"),
            "delete": gettext_noop("is deleted in the sub-administration, or archived when it is used"),
        },
    ),
    "stale": (
        gettext_noop("What the sub-administration changes after the preview"),
        {
            "hold": gettext_noop("is held back; the rest goes on"),
            "stop": gettext_noop("stops the whole sync of that administration"),
        },
    ),
}

OFFERS_FOR_REMOVED: dict[str, tuple[str, str]] = {
    Word.KEEP_LOCAL: (
        gettext_noop("Keep it in {where} as a setting of its own"),
        gettext_noop("It is no longer followed, and not asked again."),
    ),
}

OFFERS_FOR_REMADE: dict[str, tuple[str, str]] = {
    COUPLE_SAME: (
        gettext_noop("Let it take the place of “{holder}”"),
        gettext_noop(
            "The one of {where} followed what was removed and follows this one from now on; what uses it goes on."
        ),
    ),
    Word.CREATE_AS: (
        gettext_noop("Keep both: add this one under another name"),
        gettext_noop("The one of {where} stays as it is. The new one is kept up to date, but for that name."),
    ),
}

OFFERS_FOR_UNDO: dict[str, tuple[str, str]] = {
    Word.KEEP_LOCAL: (gettext_noop("Keep what {where} has now"), gettext_noop("What was changed since then stays.")),
    Word.OVERWRITE: (
        gettext_noop("Put back what {where} had before that sync"),
        gettext_noop("What was changed since then is replaced."),
    ),
    Word.PUT_BACK: (
        gettext_noop("Put back what {where} had before that sync"),
        gettext_noop("What was changed since then is replaced."),
    ),
    Word.BRING_BACK: (gettext_noop("Bring it back"), gettext_noop("As it was before that sync.")),
}


@dataclass(frozen=True)
class PolicyChoice:
    """A policy as a select: its values with what they do, and which one stands."""

    name: str
    label: str
    values: tuple[tuple[str, str], ...]
    chosen: str


def policy_choices(chosen: Mapping[str, str]) -> list[PolicyChoice]:
    """Every policy in words, with the value that stands."""
    return [
        PolicyChoice(name, _(label), tuple((value, _(words)) for value, words in values.items()), chosen[name])
        for name, (label, values) in POLICY_WORDS.items()
    ]


def policy_in_words(policy: str, value: str) -> tuple[str, str]:
    """What a policy is about, and what one of its values does."""
    label, values = POLICY_WORDS[policy]
    return _(label), _(values.get(value, value))


def offer_in_words(
    word: str, *, verdict: str, where: str, holder: str = "", undoes: bool = False, remade: bool = False
) -> tuple[str, str]:
    """What a decision is called and what it does; `where` is the administration that it is about, by its name, and
    `remade` is about what the main removed and made anew."""
    offer = OFFERS_FOR_REMADE.get(word, OFFERS[word]) if remade else OFFERS[word]
    if undoes:
        offer = OFFERS_FOR_UNDO.get(word, offer)
    elif verdict == Verdict.REMOVED_IN_SOURCE:
        offer = OFFERS_FOR_REMOVED.get(word, offer)
    label, effect = (_(words) for words in offer)
    return label.format(holder=holder, where=where), effect.format(where=where)


def decided_in_words(
    word: str, *, verdict: str, where: str, path: str = "", name: str = "", undoes: bool = False
) -> str:
    """A decision that was taken, as a short sentence."""
    if path == "is_default" and verdict != Verdict.BOTH_CHANGED:
        word = TAKE_DEFAULT if word == Word.OVERWRITE else LEAVE_DEFAULT
    if word == Word.COUPLE:
        return _("Couple with “{holder}”").format(holder=name) if name else _("Couple")
    label = offer_in_words(word, verdict=verdict, where=where, undoes=undoes)[0]
    return f"{label}: “{name}”" if name else label


def place_in_words(kind_key: str, path: str) -> str:
    """Where a conflict is when no document says how people call the place."""
    steps = path.split("/")
    if len(steps) == 2:
        return str(all_kinds()[kind_key].part(steps[0]).label)
    return path_in_words(kind_key, path)


def presence_in_words(*, is_there: bool) -> str:
    """Whether a part is there, on one of the two sides."""
    return _("is there") if is_there else _("was removed")
