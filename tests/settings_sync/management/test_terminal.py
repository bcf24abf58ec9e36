"""The main job in the terminal, and its exit codes."""

import json
import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from audit.models import AuditEntry
from forms_catalog.models import Form
from local_servers.processes import PROJECT
from settings_sync.management import terminal
from settings_sync.management.terminal import MovingLine, table
from settings_sync.models import Plan, SyncPolicy, SyncRun, SyncTarget
from settings_sync.services.plans.plans import create_plan
from settings_sync.services.runs.runs import start_run
from settings_sync.services.undos import undoing
from settings_sync.services.undos.making import make_plan
from tenants.schemas import inside
from tests.conftest import make_member
from tests.settings_sync.services.plans.test_dry_run import a_worker
from tests.settings_sync.test_journey import make_form


@pytest.fixture
def settings_in_main(owner, main, child, other_child):
    for administration in (child, other_child):
        make_member(administration, user=owner)
    with inside(main):
        return make_form("Onderhoud cv-ketel").uid


def run(*arguments, **options):
    """(exit code, what was printed)"""
    out = StringIO()
    try:
        call_command(*arguments, **options, stdout=out)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    except CommandError as refused:
        return refused.returncode, f"{out.getvalue()}{refused}"
    return 0, out.getvalue()


def sync(main, *arguments):
    return run("sync_settings", main.slug, *arguments)


def test_the_plan_is_printed_and_nothing_is_done(main, child, other_child, settings_in_main):
    code, printed = sync(main, "--to", f"{child.slug},{other_child.slug}", "--categories", "forms")
    assert code == 0
    assert child.slug in printed
    assert "Onderhoud cv-ketel" in printed
    assert not SyncRun.objects.exists()
    with inside(child):
        assert not Form.objects.exists()


def test_the_terminal_is_english_whatever_the_language_of_the_pages(main, child, settings_in_main):
    _code, printed = sync(main, "--to", child.slug, "--categories", "forms")
    assert f"Does not exist in {child.name} yet." in printed
    assert "create" in printed
    code, printed = sync(main, "--to", main.slug, "--categories", "forms")
    assert (code, printed) == (2, f"{main.slug} is not a sub-administration that you can sync to.")


def test_apply_follows_the_run_until_it_ends(owner, main, child, other_child, settings_in_main):
    with a_worker():
        code, printed = sync(main, "--to", child.slug, "--items", str(settings_in_main), "--apply", "--note", "Nieuw")
    assert code == 0, printed
    assert "Rows of daily data written: 0" in printed
    assert f"/runs/{SyncRun.objects.get().pk}/" in printed, "where a browser watches it"
    with inside(child):
        assert Form.objects.get().uid == settings_in_main
    with inside(other_child):
        assert not Form.objects.exists()
    started = AuditEntry.objects.get(action="run.started")
    assert (started.actor, started.note, started.data["door"]) == (owner, "Nieuw", "terminal")


def test_json_tells_the_same_as_the_api(main, child, settings_in_main):
    with a_worker():
        code, printed = sync(main, "--to", child.slug, "--categories", "forms", "--apply", "--json")
    told = json.loads(printed)
    assert code == 0
    assert told["plan"]["targets"][0]["counts"]["create"] == 2
    assert {change["label"] for change in told["changes"]} == {"Onderhoud cv-ketel", "Werk bij Onderhoud cv-ketel"}
    assert told["run"]["state"] == "succeeded"
    assert told["targets"][0]["receipt"]["business_rows_written"] == 0


def test_what_is_held_exits_3(main, child, settings_in_main):
    with inside(child):
        Form.objects.create(name="Onderhoud cv-ketel")
    code, printed = sync(main, "--to", child.slug, "--categories", "forms")
    assert code == 3, printed


def test_a_target_that_fails_exits_1(main, child, settings_in_main, monkeypatch):
    def fail(*args, **options):
        from settings_sync.exceptions import BusinessRowsWritten

        raise BusinessRowsWritten(rows=3)

    monkeypatch.setattr("settings_sync.services.targets.targets.apply_target", fail)
    with a_worker():
        code, printed = sync(main, "--to", child.slug, "--categories", "forms", "--apply")
    assert code == 1
    assert "3" in printed


def test_bad_arguments_exit_2(owner, colleague, main, child, settings_in_main):
    good = ("--to", child.slug, "--categories", "forms")
    for arguments in (
        ("--to", "nobody", "--categories", "forms"),
        ("--to", child.slug),
        ("--to", child.slug, "--categories", "colours"),
        ("--to", child.slug, "--items", "x"),
        (*good, "--as", "nobody@example.com"),
        (*good, "--as", colleague.email),
        (*good, "--policy", "conflict=explode"),
        (*good, "--policy", "conflict"),
    ):
        code, printed = sync(main, *arguments)
        assert code == 2, arguments
        assert printed.strip()
    assert run("sync_settings", "nowhere", *good)[0] == 2
    assert run("sync_settings", child.slug, *good)[0] == 2
    assert not SyncRun.objects.exists()


def test_without_a_worker_the_wait_has_an_end(main, child, settings_in_main):
    code, printed = sync(main, "--to", child.slug, "--categories", "forms", "--apply", "--timeout", "0.5")
    assert code == 1
    assert str(SyncRun.objects.get().pk) in printed


def test_the_first_administrator_acts_unless_somebody_is_named(owner, main, child, settings_in_main):
    second = make_member(main)
    make_member(child, user=second)
    sync(main, "--to", child.slug, "--categories", "forms", "--apply", "--timeout", "0.1")
    sync(main, "--to", child.slug, "--categories", "forms", "--apply", "--timeout", "0.1", "--as", second.email)
    assert list(SyncRun.objects.order_by("created_at").values_list("requested_by", flat=True)) == [owner.pk, second.pk]
    User.objects.update(is_active=False)
    code, printed = sync(main, "--to", child.slug, "--categories", "forms")
    assert (code, "--as" in printed) == (2, True)


def test_runs_are_listed_cancelled_and_retried(main, child, settings_in_main):
    sync(main, "--to", child.slug, "--categories", "forms", "--apply", "--timeout", "0.1", "--note", "Eerste")
    started = SyncRun.objects.get()
    code, printed = run("list_runs", main.slug)
    assert code == 0
    assert str(started.pk) in printed
    assert "Eerste" in printed
    assert run("retry_run", str(started.pk))[0] == 2
    assert run("cancel_run", str(started.pk))[0] == 0
    assert run("cancel_run", str(started.pk))[0] == 2
    assert run("cancel_run", "x")[0] == 2
    assert SyncTarget.objects.get().state == "cancelled"
    assert run("retry_run", str(started.pk))[0] == 0
    assert SyncTarget.objects.get().state == "queued"


def test_who_stops_following_a_run_is_told_that_it_goes_on(owner, main, child, settings_in_main, monkeypatch):
    def stop(seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(terminal.time, "sleep", stop)
    plan = create_plan(acting_user=owner, main=main, targets=[child.slug], categories=["forms"])
    started = start_run(acting_user=owner, plan=plan, version=plan.version)
    with pytest.raises(CommandError, match=f"run {started.pk} goes on") as stopped:
        terminal.follow_run(started, owner, 0)
    assert stopped.value.returncode == 130
    assert SyncRun.objects.get().state == "queued"


def test_a_name_does_not_steer_the_terminal():
    assert table(["name"], [["a\x1b[2Jb\nc"]]) == "name\na [2Jb c"


def test_who_reads_no_further_and_who_stops_it_get_the_exit_codes_of_shells():
    for stops, code in (("BrokenPipeError", 141), ("KeyboardInterrupt", 130)):
        planted = f"import manage, django.core.management as m\ndef stop(argv): raise {stops}"
        planted += "\nm.execute_from_command_line = stop"
        ended = subprocess.run(
            [sys.executable, "-c", f"{planted}\nraise SystemExit(manage.main())"],
            capture_output=True,
            text=True,
            cwd=PROJECT,
        )
        assert (ended.returncode, "Traceback" in ended.stderr) == (code, False)


def test_a_table_has_aligned_columns():
    assert table(["name", "n"], [["a", 5], ["longer", 12]]) == "name    n\na        5\nlonger  12"


def test_the_moving_line_is_only_for_terminals():
    stream = StringIO()
    MovingLine(stream).show("half way")
    assert stream.getvalue() == ""
    stream.isatty = lambda: True
    line = MovingLine(stream)
    line.show("half way")
    assert "half way" in stream.getvalue()
    line.end()


@pytest.fixture
def removed_in_main(main, child, settings_in_main):
    """The arguments of a sync that archives what the main administration removed."""
    with a_worker():
        sync(main, "--to", child.slug, "--categories", "forms", "--apply")
    with inside(main):
        Form.objects.filter(uid=settings_in_main).delete()
    return "--to", child.slug, "--categories", "forms", "--policy", "removed_in_source=archive", "--apply"


def test_much_is_confirmed_with_the_phrase(main, child, removed_in_main):
    code, printed = sync(main, *removed_in_main)
    assert (code, SyncRun.objects.count()) == (2, 1)
    assert f"confirm it by typing “{main.name}” or {main.slug}. 1 setting is removed or archived." in printed
    assert f"in {child.name} it is archived" in printed
    with a_worker():
        code, printed = sync(main, *removed_in_main, "--confirm", main.slug)
    assert code == 0, printed
    with inside(child):
        assert Form.objects.get().is_archived


def test_somebody_at_a_terminal_is_asked_for_the_phrase(main, child, removed_in_main, monkeypatch):
    typing = StringIO(f"{main.slug}\n")
    typing.isatty = lambda: True
    monkeypatch.setattr("sys.stdin", typing)
    with a_worker():
        code, _printed = sync(main, *removed_in_main)
    assert code == 0


def test_a_run_is_taken_back(main, child, other_child, settings_in_main):
    with a_worker():
        sync(main, "--to", f"{child.slug},{other_child.slug}", "--categories", "forms", "--apply")
    done = SyncRun.objects.get()
    code, printed = run("undo_run", str(done.pk))
    assert code == 0
    assert "Was added by that sync, and is deleted again." in printed
    assert SyncRun.objects.count() == 1
    with a_worker():
        code, printed = run("undo_run", str(done.pk), "--to", child.slug, "--apply", "--confirm", main.slug)
    assert code == 0, printed
    for administration, number in ((child, 0), (other_child, 1)):
        with inside(administration):
            assert Form.objects.count() == number
    assert run("undo_run", str(done.pk), "--to", "nergens")[0] == 2


def test_a_plan_that_a_worker_makes_is_waited_for(main, child, settings_in_main, monkeypatch):
    with a_worker():
        sync(main, "--to", child.slug, "--categories", "forms", "--apply")
    monkeypatch.setattr(undoing, "MADE_AT_ONCE", 0)
    monkeypatch.setattr(terminal.time, "sleep", lambda _seconds: make_plan(Plan.objects.get(kind="undo").pk))
    code, printed = run("undo_run", str(SyncRun.objects.get().pk))
    assert code == 0
    assert "Was added by that sync, and is deleted again." in printed


def test_a_sync_that_waits_for_approval_is_not_followed_and_somebody_else_approves_it(
    main, owner, child, settings_in_main
):
    SyncPolicy.objects.create(administration=main, approval_always=True)
    other = make_member(main)
    make_member(child, user=other)
    code, printed = sync(main, "--to", child.slug, "--categories", "forms", "--apply", "--as", owner.email)
    waiting = SyncRun.objects.get()
    assert (code, waiting.state) == (terminal.HELD, "waiting")
    assert f"Run {waiting.pk} waits for approval, and nothing has started" in printed
    refused = run("decide_approval", str(waiting.pk), "--as", owner.email, "--reason", "Akkoord")
    assert refused == (terminal.BAD_ARGUMENTS, "You asked for this yourself; somebody else has to approve it.")
    done = run("decide_approval", str(waiting.pk), "--as", other.email, "--reason", "Akkoord")
    assert done == (0, f"{waiting.pk}: queued\n")
    again = run("decide_approval", str(waiting.pk), "--as", other.email, "--reason", "Nee", "--reject")
    assert again == (terminal.BAD_ARGUMENTS, "This does not wait for approval any more: approved.")
