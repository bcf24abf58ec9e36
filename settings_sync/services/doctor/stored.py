"""What is stored for syncs: documents against their digests, and what points at documents."""

from collections.abc import Iterator

from django.db import connection

from settings_sync.declaring.kinds import all_kinds
from settings_sync.engine.rows import STORED_DIGEST
from settings_sync.models import Document, SnapshotItem
from sync_ledger.models import Base, Deviation, IndexEntry
from tenants.models import Administration
from tenants.schemas import inside

from .faults import Fault, named

DIFFERENT = (
    f"SELECT encode(digest, 'hex') FROM public.settings_sync_document WHERE digest <> {STORED_DIGEST}"  # nosec B608 # a constant
    # What taking back writes. Of which version it is, nothing tells but the digest itself.
    " UNION SELECT encode(digest, 'hex') FROM public.settings_sync_formerdocument WHERE NOT EXISTS"
    f" (SELECT FROM generate_series(0, %s) version WHERE digest = {STORED_DIGEST}) ORDER BY 1"
)
DIGITS = 12


def faults_of_documents() -> Iterator[Fault]:
    """Stored documents that somebody changed, and those that a snapshot needs and that are gone."""
    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT, [max(kind.version for kind in all_kinds())])
        different = [digest for (digest,) in cursor.fetchall()]
    if different:
        yield Fault("documents-differ", facts={"number": len(different), "name": different[0][:DIGITS]})
    missing = SnapshotItem.objects.exclude(digest__in=Document.objects.values("digest"))
    first = missing.order_by("label").first()
    if first:
        yield Fault("documents-missing", facts={"number": missing.count(), "name": first.label})


def faults_of_ledger(administration: Administration) -> Iterator[Fault]:
    """What an administration remembers of settings that this version does not know, or without their document."""
    with inside(administration):
        kinds = {*Base.objects.values_list("kind", flat=True), *Deviation.objects.values_list("kind", flat=True)}
        bases = list(Base.objects.values_list("kind", "uid", "digest"))
        entries = list(IndexEntry.objects.values_list("kind", "uid", "label", "digest"))
    unknown = sorted(kinds - all_kinds().by_key.keys())
    if unknown:
        yield Fault("ledger-unknown-kind", administration.slug, named(unknown))
    # What was archived here because something uses it has what stands there as its base, and no document of its own.
    standing = {bytes(digest) for _kind, _uid, _label, digest in entries}
    wanted = {bytes(digest) for _kind, _uid, digest in bases} - standing
    stored = {bytes(digest) for digest in Document.objects.filter(digest__in=wanted).values_list("digest", flat=True)}
    labels = {(kind, uid): label for kind, uid, label, _digest in entries}
    without = [labels.get((kind, uid), str(uid)) for kind, uid, digest in bases if bytes(digest) in wanted - stored]
    if without:
        yield Fault("ledger-without-document", administration.slug, named(without))
