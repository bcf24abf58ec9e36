"""Administrations and tokens in the terminal: through the same services as the pages, and in the trail."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.models import ApiToken, User
from audit.models import AuditEntry
from tenants.administrations import work_on_administration
from tenants.models import Administration, Membership
from tenants.tokens import create_api_token
from tests.conftest import make_administration, make_member
from tests.settings_sync.management.test_terminal import run

State = Administration.State


@pytest.fixture
def company(main: Administration, owner: User) -> Administration:
    return main


def made(slug: str) -> Administration:
    return Administration.objects.get(slug=slug)


def test_a_licence_below_nothing_is_said_and_nobody_is_made(db: None) -> None:
    asked = ("create_main_administration", "Bakker", "--administrator", "baas@bakker.example", "--licence-cap", "-3")
    code, printed = run(*asked)
    assert (code, "room for 0" in printed) == (2, True)
    assert not Administration.objects.filter(slug="bakker").exists()


def test_a_customer_is_made_with_the_account_of_who_runs_it(committed: None) -> None:
    code, printed = run("create_main_administration", "Bakker", "--administrator", "baas@bakker.example")
    assert (code, printed.splitlines()[0]) == (0, "bakker: provisioning")
    assert "changepassword baas@bakker.example" in printed
    assert work_on_administration(made("bakker").pk)
    boss = User.objects.get(email="baas@bakker.example")
    assert not boss.has_usable_password()
    assert Membership.objects.get(user=boss).administration == made("bakker")
    assert (made("bakker").state, made("bakker").is_main) == (State.ACTIVE, True)
    assert AuditEntry.objects.get(action="administration.created").data["door"] == "terminal"
    out = StringIO()
    call_command("create_administration", "bakker", "Filiaal", stdout=out)
    assert work_on_administration(made("filiaal").pk)
    assert (made("filiaal").state, made("filiaal").parent) == (State.ACTIVE, made("bakker"))


def test_who_has_an_account_runs_another_customer_too(company: Administration, owner: User) -> None:
    code, printed = run(
        "create_main_administration", "Tweede", "--administrator", owner.email.upper(), "--licence-cap", "3"
    )
    assert (code, printed) == (0, "tweede: provisioning\n")
    assert made("tweede").licence_cap == 3
    assert set(Membership.objects.filter(user=owner).values_list("administration__slug", flat=True)) == {
        company.slug,
        "tweede",
    }


def test_what_is_no_customer_is_refused_and_nothing_is_made(company: Administration, owner: User) -> None:
    User.objects.create_superuser("support@eenlijn.example", "demo", name="Support")
    before = Administration.objects.count(), User.objects.count()
    for arguments in (
        (" ", "--administrator", "new@example.com"),
        ("Goed", "--administrator", "no address"),
        ("Goed", "--administrator", "support@eenlijn.example"),
        ("Goed", "--administrator", "new@example.com", "--slug", company.slug),
        ("Nul\0", "--administrator", "new@example.com"),
    ):
        code, printed = run("create_main_administration", *arguments)
        assert code == 2, arguments
        assert printed.strip()
    assert (Administration.objects.count(), User.objects.count()) == before


def test_a_licence_cap_is_raised_and_lowered_to_what_exists_and_noted(
    company: Administration, child: Administration
) -> None:
    before = company.licence_cap
    out = StringIO()
    call_command("set_licence_cap", company.slug, "25", stdout=out)
    assert out.getvalue() == f"{company.slug}: 1 of 25 sub-administrations in use\n"
    assert made(company.slug).licence_cap == 25
    entry = AuditEntry.objects.get(action="licence_cap.set")
    assert entry.administration_id == company.pk
    assert entry.data == {"former": before, "licence_cap": 25, "door": "terminal"}
    assert run("set_licence_cap", company.slug, "1")[0] == 0
    assert made(company.slug).licence_cap == 1


def test_a_licence_cap_that_stays_as_it_was_is_not_noted(company: Administration) -> None:
    assert run("set_licence_cap", company.slug, str(company.licence_cap))[0] == 0
    assert not AuditEntry.objects.filter(action="licence_cap.set").exists()


def test_a_licence_cap_below_what_exists_or_of_no_main_is_refused(
    company: Administration, child: Administration
) -> None:
    code, printed = run("set_licence_cap", company.slug, "0")
    assert (code, "more sub-administrations than 0, namely 1" in printed) == (2, True)
    for arguments in ((child.slug, "5"), ("nowhere", "5"), (company.slug, "100001")):
        code, printed = run("set_licence_cap", *arguments)
        assert (code, bool(printed.strip())) == (2, True), arguments
    assert made(company.slug).licence_cap == company.licence_cap
    assert not AuditEntry.objects.filter(action="licence_cap.set").exists()


def test_a_sub_administration_is_made_and_deleted(company: Administration, owner: User) -> None:
    code, printed = run("create_administration", company.slug, "Utrecht", "--slug", "utrecht", "--start-from", "forms")
    assert (code, printed) == (0, "utrecht: provisioning\n")
    assert (made("utrecht").created_by, made("utrecht").start_from) == (owner, ["forms"])
    assert work_on_administration(made("utrecht").pk)
    assert run("delete_administration", "utrecht")[0] == 2
    assert run("delete_administration", "utrecht", "--confirm", "amersfoort")[0] == 2
    assert made("utrecht").state == State.ACTIVE
    assert run("delete_administration", "utrecht", "--confirm", "utrecht") == (0, "utrecht: deleting\n")
    actions = AuditEntry.objects.filter(actor=owner).values_list("action", flat=True)
    assert {"administration.created", "administration.deleting"} <= set(actions)


def test_somebody_at_a_terminal_is_asked_for_the_address(
    company: Administration, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = make_administration("Weg", company)
    make_member(leaving, user=owner)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _question: f"{leaving.slug}\n")
    assert run("delete_administration", leaving.slug)[0] == 0


def test_what_failed_is_tried_again(company: Administration, owner: User) -> None:
    run("create_administration", company.slug, "Utrecht", "--slug", "utrecht")
    assert run("retry_administration", "utrecht")[0] == 2
    Administration.objects.filter(slug="utrecht").update(state=State.FAILED)
    assert run("retry_administration", "utrecht") == (0, "utrecht: provisioning\n")


def test_who_has_no_right_is_refused_and_nothing_is_done(
    company: Administration, colleague: User, child: Administration
) -> None:
    before = Administration.objects.count()
    for arguments in (
        ("create_administration", company.slug, "Utrecht"),
        ("delete_administration", child.slug, "--confirm", child.slug),
    ):
        assert run(*arguments, "--as", colleague.email)[0] == 2
        assert run(*arguments, "--as", "nobody@example.com")[0] == 2
    assert run("create_administration", "nowhere", "Utrecht")[0] == 2
    assert run("create_administration", company.slug, "Utrecht", "--start-from", "colours")[0] == 2
    assert run("delete_administration", company.slug, "--confirm", company.slug)[0] == 2
    assert run("delete_administration", "nowhere")[0] == 2
    assert Administration.objects.count() == before
    assert made(child.slug).state == State.ACTIVE


def test_tokens_are_listed_and_revoked_by_how_they_begin(company: Administration, owner: User) -> None:
    secrets = [
        create_api_token(email=owner.email, administration=company.slug, scopes=["sync:run"], name=name)[1]
        for name in ("Koppeling", "Rapport")
    ]
    code, printed = run("list_api_tokens", company.slug)
    assert code == 0
    assert [secrets[0][:16] in printed, "Koppeling" in printed, owner.email in printed] == [True] * 3
    assert not [secret for secret in secrets if secret in printed]
    code, printed = run("revoke_api_token", secrets[0], "--administration", company.slug)
    assert (code, secrets[0] in printed) == (0, False)
    assert ApiToken.objects.usable().get().name == "Rapport"
    assert AuditEntry.objects.filter(action="token.revoked").count() == 1
    assert "revoked" in run("list_api_tokens", company.slug)[1]


@pytest.mark.parametrize("beginning", ["eenlijn_", "", "eenlijn_nobody", "e", "eenlijn_\0"])
def test_what_begins_no_token_or_more_than_one_revokes_none(
    company: Administration, owner: User, beginning: str
) -> None:
    for _number in range(2):
        create_api_token(email=owner.email, administration=company.slug, scopes=["sync:run"])
    assert run("revoke_api_token", beginning, "--administration", company.slug)[0] == 2
    assert ApiToken.objects.usable().count() == 2


def test_tokens_of_another_customer_are_not_found(
    company: Administration, owner: User, foreign_main: Administration
) -> None:
    _token, secret = create_api_token(email=owner.email, administration=company.slug, scopes=["sync:run"])
    assert run("revoke_api_token", secret, "--administration", foreign_main.slug)[0] == 2
    assert run("list_api_tokens", foreign_main.slug) == (0, "")
    assert run("list_api_tokens", "nowhere")[0] == 2
    assert ApiToken.objects.usable().count() == 1


def test_the_refusals_are_sentences(company: Administration) -> None:
    with pytest.raises(CommandError, match="There is no administration “nowhere”"):
        call_command("retry_administration", "nowhere")
