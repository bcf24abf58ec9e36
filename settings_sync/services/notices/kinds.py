"""The kinds of notices about syncs and administrations, and what each of them says."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from notices.kinds import Kind, Link, Words, register
from settings_sync.exceptions import error_in_words
from settings_sync.models import SyncRun
from tenants.models import Administration

FINISHED = "run.finished"
TROUBLE = "run.trouble"
DECISION = "decision.waits"
WANTED = "approval.wanted"
CHANGED = "settings.changed"
ORDER = "order.trouble"
READY = "administration.ready"
QUESTION = "deviation.question"
ANSWER = "deviation.answer"
NAMED = 4


def register_kinds() -> None:
    """Called once, when the app is ready."""
    register(
        Kind(TROUBLE, 10, gettext_lazy("A sync of mine failed, or held something back"), "error", _of_run, True),
        Kind(ORDER, 15, gettext_lazy("A standing order of mine failed or was stopped"), "error", _of_order, True),
        Kind(FINISHED, 20, gettext_lazy("A sync of mine is done"), "check", _of_run),
        Kind(DECISION, 30, gettext_lazy("A sync of somebody else waits for a decision"), "conflict", _decision),
        Kind(WANTED, 35, gettext_lazy("A sync of somebody else waits for my approval"), "waiting", _wanted, True),
        Kind(CHANGED, 40, gettext_lazy("The main administration changed settings where I work"), "sync", _changed),
        Kind(READY, 50, gettext_lazy("An administration that I made is ready"), "administration", _ready),
        Kind(
            QUESTION,
            45,
            gettext_lazy("The main administration asks something about a setting where I work"),
            "info",
            _asked,
        ),
        Kind(ANSWER, 35, gettext_lazy("A question of mine about a deviation is answered"), "info", _answered),
    )


def _asked(facts: Mapping[str, Any], administrations: Sequence[Administration]) -> Words:
    sub = administrations[0]
    text = _("%(main)s asks about “%(label)s” in %(name)s.")
    said = text % {"main": sub.main.name, "label": facts["label"], "name": sub.name}
    return Words(said, (Link(_("Answer"), reverse("sync:questions", args=[sub.slug])),), facts["note"])


def _answered(facts: Mapping[str, Any], administrations: Sequence[Administration]) -> Words:
    main = administrations[0]
    text = _("%(name)s answered your question about “%(label)s”.")
    said = text % {"label": facts["label"], "name": facts["name"]}
    return Words(said, (Link(_("To the inbox"), reverse("sync:inbox", args=[main.slug])),), facts["note"])


def _of_run(facts: Mapping[str, Any], administrations: Sequence[Administration]) -> Words:
    main = administrations[0]
    words = OF_UNDO if facts["undoes"] else OF_SYNC
    text = words.get(facts["state"], words[SyncRun.State.FAILED])
    if facts["held"] and facts["state"] == SyncRun.State.SUCCEEDED:
        text = words[SyncRun.State.PARTLY_HELD]
    return Words(text % {"main": main.name}, (_to_run(facts, main),), facts["note"])


OF_SYNC: Mapping[str, Any] = {
    SyncRun.State.SUCCEEDED: gettext_lazy("Your sync from %(main)s is done."),
    SyncRun.State.PARTLY_HELD: gettext_lazy("Your sync from %(main)s is done; something was held back."),
    SyncRun.State.PARTLY_FAILED: gettext_lazy("Your sync from %(main)s failed in some administrations."),
    SyncRun.State.FAILED: gettext_lazy("Your sync from %(main)s failed. Nothing was changed."),
    SyncRun.State.CANCELLED: gettext_lazy("Your sync from %(main)s was stopped."),
    SyncRun.State.REJECTED: gettext_lazy("Your sync from %(main)s was rejected. Nothing was changed."),
    SyncRun.State.EXPIRED: gettext_lazy("Nobody approved your sync from %(main)s in time. Nothing was changed."),
}
OF_UNDO: Mapping[str, Any] = {
    SyncRun.State.SUCCEEDED: gettext_lazy("Your sync from %(main)s is taken back."),
    SyncRun.State.PARTLY_HELD: gettext_lazy("Your sync from %(main)s is taken back; something was held back."),
    SyncRun.State.PARTLY_FAILED: gettext_lazy("Taking back your sync from %(main)s failed in some administrations."),
    SyncRun.State.FAILED: gettext_lazy("Taking back your sync from %(main)s failed. Nothing was changed."),
    SyncRun.State.CANCELLED: gettext_lazy("Taking back your sync from %(main)s was stopped."),
    SyncRun.State.REJECTED: gettext_lazy("Taking back your sync from %(main)s was rejected. Nothing was changed."),
    SyncRun.State.EXPIRED: gettext_lazy(
        "Nobody approved in time that your sync from %(main)s is taken back. Nothing was changed."
    ),
}


def _of_order(facts: Mapping[str, Any], administrations: Sequence[Administration]) -> Words:
    main = administrations[0]
    text = (
        _("The standing order “%(name)s” of %(main)s came to nothing this time.")
        if facts["goes_on"]
        else _("The standing order “%(name)s” of %(main)s does not go on.")
    )
    link = Link(_("Look at it"), reverse("sync:order", args=[main.slug, facts["order"]]))
    said = text % {"name": facts["name"], "main": main.name}
    return Words(said, (link,), error_in_words(facts["why"], facts["facts"], ""))


def _decision(facts: Mapping[str, Any], administrations: Sequence[Administration]) -> Words:
    main = administrations[0]
    text = _("A sync from %(main)s, asked for by %(name)s, held something back. It waits for a decision.")
    said = text % {"main": main.name, "name": facts["by"] or _("another system")}
    return Words(said, (_to_run(facts, main),), facts["note"])


def _wanted(facts: Mapping[str, Any], administrations: Sequence[Administration]) -> Words:
    main = administrations[0]
    text = (
        _("%(name)s wants to take back a sync from %(main)s. It waits for your approval.")
        if facts["undoes"]
        else _("%(name)s wants to sync from %(main)s. It waits for your approval.")
    )
    if facts.get("order"):
        text = _("The standing order “%(order)s” of %(main)s waits for your approval.")
    if "ring" in facts:
        return _ring_waits(facts, main)
    link = Link(_("Look at it"), reverse("sync:plan", args=[main.slug, facts["plan"]]))
    said = text % {"main": main.name, "name": facts["by"] or _("Another system"), "order": facts.get("order", "")}
    return Words(said, (link,), facts["note"])


def _ring_waits(facts: Mapping[str, Any], main: Administration) -> Words:
    text = _("Ring %(ring)d of the standing order “%(order)s” of %(main)s waits for your approval.")
    link = Link(_("Look at it"), reverse("sync:run", args=[main.slug, facts["run"]]))
    return Words(text % {"ring": facts["ring"], "order": facts["order"], "main": main.name}, (link,), "")


def _to_run(facts: Mapping[str, Any], main: Administration) -> Link:
    return Link(_("See the result"), reverse("sync:run", args=[main.slug, facts["run"]]))


def _changed(facts: Mapping[str, Any], administrations: Sequence[Administration]) -> Words:
    names = [row.name for row in administrations]
    more = len(names) - NAMED
    if more > 0:
        names = [*names[:NAMED], _("%(number)d more") % {"number": more}]
    text = (
        _("%(main)s took a sync back in %(names)s.")
        if facts["undoes"]
        else _("%(main)s changed settings in %(names)s.")
    )
    said = text % {"main": administrations[0].main.name, "names": get_text_list(names, str(AND))}
    links = tuple(
        Link(row.name, reverse("sync:news", args=[row.slug, facts["targets"][str(row.pk)]])) for row in administrations
    )
    return Words(said, links, facts["note"])


AND = pgettext_lazy("before the last of several names", "and")


def _ready(_facts: Mapping[str, Any], administrations: Sequence[Administration]) -> Words:
    (row,) = administrations[:1]
    link = Link(_("Go to %(name)s") % {"name": row.name}, reverse("administration-home", args=[row.slug]))
    return Words(_("%(name)s is ready. You can work in it.") % {"name": row.name}, (link,))
