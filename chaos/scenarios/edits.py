"""What happens beside a run: the main is edited, a child is edited, dropped, migrated, or on another version."""

from threading import Thread

from django.db import connections

from forms_catalog.models import Form
from settings_sync.models import Finding, SyncTarget
from tenants.administrations import delete_administration
from tenants.migrating import migrate_administration
from tenants.models import Administration
from tenants.schemas import inside

from ..company import Company, Watch, digests, wait_until_ended
from ..stage import Stage, wait_for_note
from ..table import Row, Verdict


def run(stage: Stage, full: bool) -> list[Row]:
    """Each of the five, as often as was asked for."""
    times = 5 if full else 1
    stage.start_product(workers=2)
    tries = {
        "main edited during a run": main_edited,
        "child edited between plan and run": child_edited,
        "child deleted during a run": child_deleted,
        "child migrated during a run": child_migrated,
        "child on another version": heads_differ,
    }
    rows = []
    for fault, attempt in tries.items():
        row = Row(fault)
        for _time in range(times):
            company = Company()
            company.add(3)
            company.bump()
            row.add(attempt(stage, company))
        rows.append(row)
    return rows


def main_edited(stage: Stage, company: Company) -> Verdict:
    """One child is in the middle when the main changes: all get what was frozen."""
    watch = Watch(company, company.children)
    with stage.set_point("apply.after-locks", "wait") as note:
        accepted = company.start(company.children)
        reached = wait_for_note(note)
        company.bump()
    wait_until_ended([accepted], stage.revive)
    verdict = watch.judge([accepted])
    if reached is None:
        verdict.other.append("nobody was in the middle")
    if len({tuple(sorted(digests(child).items())) for child in company.children}) != 1:
        verdict.half.append("the children differ from each other")
    return verdict


def child_edited(stage: Stage, company: Company) -> Verdict:
    """What somebody changed after the preview is held back and named; the rest goes on."""
    child = company.children[0]
    wait_until_ended([company.start(company.children)], stage.revive)
    company.bump()
    watch = Watch(company, company.children[1:])
    with stage.set_point("claim.after-commit", "wait") as note:
        accepted = company.start(company.children)
        wait_for_note(note)
        with inside(child):
            Form.objects.filter(name="Formulier 0").update(description="zelf gewijzigd")
    wait_until_ended([accepted], stage.revive)
    verdict = Verdict()
    target = SyncTarget.objects.get(run=accepted, administration=child)
    with inside(child):
        kept = Form.objects.get(name="Formulier 0").description == "zelf gewijzigd"
        others = set(Form.objects.exclude(name="Formulier 0").values_list("description", flat=True))
    named = list(Finding.objects.filter(target=target).values_list("label", "code"))
    if not kept or named != [("Formulier 0", "stale")] or others != {f"generatie {company.generation}"}:
        verdict.lost.append(f"kept: {kept}, named: {named}, others: {others}, {target.state}")
    for other in company.children[1:]:
        if digests(other) != watch.wanted:
            verdict.lost.append(f"{other.name} did not get everything")
    return verdict


def child_deleted(stage: Stage, company: Company) -> Verdict:
    """One child goes while it is in the middle: it is synced or skipped with a reason, the others are synced."""
    watch = Watch(company, company.children[1:])
    leaving = company.children[0]
    with stage.set_point("apply.between-kinds", "wait") as note:
        accepted = company.start(company.children)
        wait_for_note(note)
        delete_administration(acting_user=company.owner, administration=leaving, confirm=leaving.slug)
    wait_until_ended([accepted], stage.revive)
    verdict = Verdict()
    for target in SyncTarget.objects.filter(run=accepted).select_related("administration"):
        went = target.administration_id == leaving.pk
        ended = ("succeeded", "skipped") if went else ("succeeded",)
        if target.state not in ended or (target.state == "skipped" and not target.error_code):
            verdict.lost.append(f"{target.administration.name}: {target.state} {target.error_code}")
        elif not went and digests(target.administration) != watch.wanted:
            verdict.half.append(target.administration.name)
    return verdict


def child_migrated(stage: Stage, company: Company) -> Verdict:
    """A migration waits for the sync that is in the middle, and the next sync for the migration."""
    watch = Watch(company, company.children)
    child = company.children[0]

    def migrate() -> None:
        migrate_administration(child)
        connections.close_all()

    with stage.set_point("apply.before-receipt", "wait") as note:
        accepted = company.start(company.children)
        wait_for_note(note)
        migrating = Thread(target=migrate)
        migrating.start()
    wait_until_ended([accepted], stage.revive)
    migrating.join(60)
    verdict = watch.judge([accepted])
    if migrating.is_alive():
        verdict.lost.append("the migration never ended")
    return verdict


def heads_differ(stage: Stage, company: Company) -> Verdict:
    """A child on another version is skipped with the reason and keeps what it has; the others are synced."""
    behind, *others = company.children
    watch = Watch(company, company.children)
    Administration.objects.filter(pk=behind.pk).update(migration_head="another")
    accepted = company.start(company.children)
    wait_until_ended([accepted], stage.revive)
    skipped = SyncTarget.objects.get(run=accepted, administration=behind)
    verdict = Verdict()
    if (skipped.state, skipped.error_code) != ("skipped", "heads-differ"):
        verdict.lost.append(f"{skipped.state} {skipped.error_code}")
    if digests(behind) != watch.before[behind.pk]:
        verdict.half.append(f"{behind.name} was written to")
    for other in others:
        if digests(other) != watch.wanted:
            verdict.lost.append(f"{other.name} did not get everything")
    return verdict
