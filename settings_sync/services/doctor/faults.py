"""What a doctor can find: each fault by a code that stays, with the sentence that people read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

NAMED = 3
"""How many settings a sentence names at most."""

SENTENCES = {
    "database-away": _("The database does not answer: {detail}"),
    "database-unfit": _("The database or its login cannot be used as it is. {detail}"),
    "sync-login-shut": _("The login that applies syncs cannot enter: {detail}"),
    "sync-login-unfit": _("The login that applies syncs cannot be used as it is. {detail}"),
    "pg-dump-unfit": _("After an upgrade no administration can be made: {detail}"),
    "broker-away": _("The broker does not answer, so that every sync waits for the reaper."),
    "worker-away": _("No worker answers, so that every sync waits for the reaper."),
    "mail-away": _("The mail server cannot be used: {detail}"),
    "sender-unset": _("Mail would come from {sender}, which nobody can answer: set DEFAULT_FROM_EMAIL."),
    "static-files-outdated": _(
        "Static files that are missing or outdated ({number}), such as {name}: run collectstatic."
    ),
    "translations-outdated": _("The translations in {name} are missing or outdated: run local_servers.translations."),
    "clocks-differ": _("The clocks of this machine and of the database differ by {seconds} seconds."),
    "function-differs": _("The function {name} is missing or is not as the product makes it."),
    "function-lends": _("The function {name} runs with the rights of who made it, whoever calls it."),
    "trail-unguarded": _("The trigger {name} is missing or off, so that the trail can be changed."),
    "migrations-missing": _("The migrations {names} were not made in the shared schema: run migrate_administrations."),
    "template-outdated": _("There is no template of new administrations: run migrate_administrations."),
    "template-differs": _(
        "The template of new administrations is not as it was made ({number}): {names}. Drop the schema"
        " template_administration and run migrate_administrations."
    ),
    "schema-unowned": _("The schema {name} belongs to no administration."),
    "rights-in-advance": _("Rights on tables that do not exist yet are given away: {detail}"),
    "documents-differ": _("Stored documents that are not what their digest says ({number}), such as {name}."),
    "documents-missing": _("Settings of snapshots without a stored document ({number}), such as {name}."),
    "not-made": _("This administration was not made or not deleted: {detail}"),
    "schema-missing": _("The schema {name} is gone: restore this administration from a backup."),
    "unreadable": _("Not everything could be looked at: {detail}"),
    "version-differs": _("The schema is of another version: run migrate_administrations."),
    "migrations-differ": _(
        "The list of migrations in this schema is not that of its version ({number}): {names}. Put back what its table"
        " django_migrations lost or got, as it stands in the schema template_administration."
    ),
    "counter-behind": _("The counter of {name} gives keys that are taken, so that no row can be added."),
    "structure-missing": _("{name} is missing."),
    "structure-unknown": _("{name} is not of the product."),
    "structure-differs": _("{name} is not as the product makes it, but {found} instead of {wanted}."),
    "cascade": _("Deleting a setting would change daily data: {detail}"),
    "trigger-missing": _("The trigger {name} is missing."),
    "trigger-off": _("The trigger {name} is off."),
    "trigger-differs": _("The trigger {name} is not as the product makes it."),
    "foreign-keys-off": _("The foreign keys of {name} are switched off."),
    "trigger-unknown": _("The trigger {name} is not of the product."),
    "event-trigger": _(
        "The event trigger {name} of {who} runs by itself at every {event}, with the rights of whoever does that."
    ),
    "right-missing": _("The login that applies syncs lacks a right that it needs: {right}."),
    "right-planted": _("{who} has a right that nobody should have: {right}."),
    "owner-differs": _("{name} belongs to {who}, and not to the login of DATABASE_URL, which could not migrate it."),
    "owner-lacks": _("The login of DATABASE_URL lacks a right on what is its own: {right}."),
    "index-outdated": _("Settings of which the index is outdated ({number}): {names}."),
    "index-misses": _("Settings that the index misses ({number}): {names}."),
    "index-left": _("Settings in the index that no longer stand there ({number}): {names}."),
    "ledger-unknown-kind": _("The ledger remembers settings of a kind that this version does not know: {names}."),
    "ledger-without-document": _("Settings with a base of which no document is stored ({number}): {names}."),
}
REPAIRABLE = frozenset(
    {
        "function-differs", "trail-unguarded", "trigger-missing", "trigger-off", "trigger-differs",
        "right-missing", "right-planted", "owner-lacks", "counter-behind",
        "index-outdated", "index-misses", "index-left",
    }
)  # fmt: skip
"""What can be made again from the code and the rows. Whatever else is wrong is somebody's to decide."""


@dataclass(frozen=True)
class Fault:
    """Something that is not as it should be. `place` is the address of an administration, or empty for all."""

    code: str
    place: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def sentence(self) -> str:
        """What is wrong, in the reader's language."""
        return str(SENTENCES[self.code]).format(**self.facts)

    @property
    def can_be_repaired(self) -> bool:
        """Whether repairing makes it right again."""
        return self.code in REPAIRABLE


def named(labels: list[str]) -> dict[str, Any]:
    """Settings as the facts `number` and `names`, of which the first few are told."""
    ordered = sorted(labels)
    more = ["…"] if len(ordered) > NAMED else []
    return {"number": len(ordered), "names": ", ".join([*ordered[:NAMED], *more])}
