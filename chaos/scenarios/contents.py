"""Hostile names and big content: it comes through unchanged or is refused in words, and workers stay small."""

import re
import resource
import time
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from forms_catalog.models import Field, Form, Section
from reference_data.models import WorkType
from settings_sync.models import SyncTarget
from settings_sync.services.targets.targets import execute_target
from templates_catalog.models import Layout
from tenants.schemas import inside

from ..company import Company, Watch, wait_until_ended
from ..stage import Stage
from ..table import Row

NAMES = {
    "quotes": 'O\'Brien "van" de `Ketel` \\ $$ %s {} ; --',
    "SQL": "'; DROP SCHEMA public CASCADE; --",
    "path": "../../etc/passwd",
    "right to left": "\u202eתחזוקה \u0635\u064a\u0627\u0646\u0629",
    "emoji": "🔧👩‍🔧🇳🇱",
    "NFC": "Ge\u00efnspecteerd caf\u00e9",
    "NFD": "Herge\u0069\u0308nspecteerd cafe\u0301",
    "63 bytes and more": "é" * 120,
    "reserved word": "select",
    "NULL": "NULL",
    "NUL": "een\x00twee",
    "lone surrogate": "een\ud800twee",
    "formula": "=cmd|'/c calc'!A0",
    "markup": "<script>alert(1)</script>{{ 7*7 }}{% debug %}",
    "control": "een\u0007\u001btwee",
    "spaces around": "  spaties  ",
}
REFUSED_IN_WORDS = (ValueError, ValidationError, DatabaseError, UnicodeError)
MOST_MEGABYTES = 1024


def run_names(stage: Stage, full: bool) -> list[Row]:
    """Names through the engine and back."""
    stage.stop_product()
    company = Company()
    child = company.add(1)[0]
    row = Row("hostile names")
    refused = []
    for what, name in NAMES.items():
        try:
            with inside(company.main), transaction.atomic():
                WorkType.objects.create(name=name, description=name)
                Form.objects.create(name=name, description=name, print_template=name)
        except REFUSED_IN_WORDS:
            refused.append(what)
    watch = Watch(company, [child])
    accepted = company.start([child])
    execute_target(SyncTarget.objects.get(run=accepted).pk)
    verdict = watch.judge([accepted])
    with inside(child):
        arrived = set(WorkType.objects.values_list("name", "description"))
        printed = set(Form.objects.values_list("name", "print_template"))
    for what, name in NAMES.items():
        row.tried += 1
        whole = (name, name) in arrived and (name, name) in printed
        row.survived += whole or what in refused
        if not whole and what not in refused:
            verdict.half.append(f"{what} came through changed")
    row.half = len(verdict.half)
    row.lost = len(verdict.lost)
    row.failures = verdict.sentences
    row.note = f"refused before anything was stored: {', '.join(refused)}; the others came through to the letter."
    return [row]


def run_big(stage: Stage, full: bool) -> list[Row]:
    """Big content through a real worker, whose memory is watched."""
    forms, fields, megabytes = (10_000, 5_000, 20) if full else (300, 500, 2)
    company = Company()
    child = company.add(1)[0]
    _fill(company, forms, fields, megabytes)
    watch = Watch(company, [child])
    stage.start_product(workers=1)
    started = time.monotonic()
    accepted = company.start([child])
    planned = time.monotonic() - started
    took = wait_until_ended([accepted], stage.revive, 300)
    peak = max((_peak_megabytes(pid) for pid in stage.worker_pids()), default=0)
    row = Row(f"{forms:,} forms, {fields:,} fields in one, {megabytes} MB template")
    verdict = watch.judge([accepted])
    if peak > MOST_MEGABYTES:
        verdict.other.append(f"a worker grew to {peak} MB")
    row.add(verdict)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    row.note = (
        f"planned in {planned:.1f} s, applied in {took:.1f} s; the worker's peak was {peak} MB (at most"
        f" {MOST_MEGABYTES}), that of who planned and compared {own} MB."
    )
    return [row]


def _fill(company: Company, forms: int, fields: int, megabytes: int) -> None:
    with inside(company.main), transaction.atomic():
        made = Form.objects.bulk_create(Form(name=f"Groot {n}", description="x") for n in range(forms))
        section = Section.objects.create(form=made[0], title="Alles", position=1)
        Field.objects.bulk_create(
            Field(section=section, label=f"Veld {n}", reference=f"r{n}", position=n) for n in range(1, fields + 1)
        )
        Layout.objects.create(kind="invoice", name="Groot", body="0123456789abcdef" * (megabytes << 16))


def _peak_megabytes(pid: int) -> int:
    """The most memory that a process ever held; 0 where the machine does not say."""
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) // 1024 if found else 0
