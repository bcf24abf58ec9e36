"""What can be refused, and what about administrations. The docstring of a class is what people read."""

import inspect

from django.utils.translation import gettext

from .models import Administration


class Refusal(Exception):
    """Something was refused. The base of every error that people read; `status` is what HTTP says of it."""

    code = "refused"
    status = 409

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.detail)

    @property
    def detail(self) -> str:
        """The message in the reader's language, with the facts filled in."""
        return gettext(inspect.getdoc(type(self)) or "").format(**{**self.facts, **self.facts_in_words()})

    def facts_in_words(self) -> dict[str, str]:
        """The facts that are kept as codes, such as a state, in the reader's language."""
        return {}

    def __str__(self) -> str:
        return self.detail


def state_in_words(state: object) -> str:
    """The state of an administration in the reader's language; what is no state stays as it is."""
    labels = {str(known.value): known.label for known in Administration.State}
    return str(labels.get(str(state), state))


class AdministrationError(Refusal):
    """Something went wrong with this administration."""

    code = "administration-error"


class LicenceCapReached(AdministrationError):
    """Your licence allows {cap} sub-administrations, and all are in use. Ask support to raise it."""

    code = "licence-cap-reached"


class LicenceCapNotUsable(AdministrationError):
    """A licence has room for 0 to {most} sub-administrations."""

    code = "licence-cap-not-usable"
    status = 400


class LicenceCapTooLow(AdministrationError):
    """{name} has more sub-administrations than {cap}, namely {used}. Delete some first, or choose a higher number."""

    code = "licence-cap-too-low"


class SlugTaken(AdministrationError):
    """There is an administration with the address {slug} already. Choose another one."""

    code = "slug-taken"


class NameMissing(AdministrationError):
    """Give the administration a name."""

    code = "name-missing"
    status = 400


class NameNotUsable(AdministrationError):
    """A name has at most {most} characters, on one line."""

    code = "name-not-usable"
    status = 400


class NameInvisible(AdministrationError):
    """The name holds only invisible characters. Type something that people can read."""

    code = "name-invisible"
    status = 400


class CompanyDetailsMoved(AdministrationError):
    """Somebody else changed this while you were working on it. Nothing was saved: open it again."""

    code = "company-details-moved"


class NameHidesSomething(AdministrationError):
    """An unseen character or a special space stands in the name. Clear the name and type it again."""

    code = "name-hides-something"
    status = 400


class MainCannotBeDeleted(AdministrationError):
    """The main administration cannot be deleted."""

    code = "main-cannot-be-deleted"


class ConfirmationDiffers(AdministrationError):
    """To confirm, type the name of the administration, {name}, or its web address, {slug}."""

    code = "confirmation-required"


class NotTheMain(AdministrationError):
    """Administrations are created and deleted from the main administration."""

    code = "not-the-main"


class WrongState(AdministrationError):
    """This cannot be done while the administration is {state}."""

    code = "wrong-state"

    def facts_in_words(self) -> dict[str, str]:
        return {"state": state_in_words(self.facts.get("state"))}


class StaffIsNoMember(AdministrationError):
    """{email} is an account of support, which enters no administration. Name another one."""

    code = "staff-is-no-member"


class NoAdministrationsChosen(AdministrationError):
    """Choose at least one sub-administration that you may enter."""

    code = "no-administrations"
    status = 400


class GroupNameNotUsable(AdministrationError):
    """Give the group a name that people can read, of at most {most} characters."""

    code = "group-name"
    status = 400


class TooManyGroups(AdministrationError):
    """{name} would be in more than {most} groups. Nothing was changed."""

    code = "too-many-groups"


class BackupError(AdministrationError):
    """Something went wrong with this backup."""

    code = "backup-error"


class UnknownAdministration(BackupError):
    """There is no active administration with the address {slug}."""

    code = "unknown-administration"
    status = 400


class NotAtTheHead(BackupError):
    """{name} does not have the tables of this version yet. Run migrate_administrations first."""

    code = "not-at-the-head"


class SchemaDrifted(BackupError):
    """A backup of {name} could not be put back: its tables are not of this version ({names}). Run doctor {slug}."""

    code = "schema-drifted"


class BackupFileExists(BackupError):
    """There is a file {file} already. Choose another name, or remove it first."""

    code = "backup-file-exists"


class BackupFileNotUsable(BackupError):
    """The file {file} cannot be used: {reason}."""

    code = "backup-file-not-usable"


class NotABackup(BackupError):
    """{file} is not a backup of an administration, or it is not whole. Nothing was changed."""

    code = "not-a-backup"
    status = 400


class BackupDamaged(BackupError):
    """The backup is damaged, or somebody changed it: {part} is not what was saved. Nothing was changed."""

    code = "backup-damaged"
    status = 400


class BackupOfOtherVersion(BackupError):
    """Another version of Eenlijn made the backup: its tables are {found}, here {here}. Nothing was changed."""

    code = "backup-of-other-version"


class BackupNeedsMain(BackupError):
    """The main administration that it was part of is not here. Say with --main which one it becomes part of."""

    code = "backup-needs-main"
    status = 400


class BackupOfMain(BackupError):
    """This is the backup of a main administration, which is part of no other. Leave --main out."""

    code = "backup-of-main"
    status = 400


class BackupOfAnother(BackupError):
    """{name} is another administration than the one in the backup. Restore it under an address of its own."""

    code = "backup-of-another"


class AddressNotUsable(BackupError):
    """{slug} cannot be an address: it has letters, digits, hyphens and underscores, 63 at most."""

    code = "address-not-usable"
    status = 400


class StillBusy(BackupError):
    """Somebody was busy in {name} and did not end in time. Nothing was changed: try again."""

    code = "still-busy"


class TokenError(AdministrationError):
    """Something went wrong with this token."""

    code = "token-error"


class UnknownUser(TokenError):
    """There is no user with the e-mail address {email}, or the account is closed."""

    code = "unknown-user"
    status = 400


class UnknownMain(TokenError):
    """There is no main administration with the address {slug}."""

    code = "unknown-main"
    status = 400


class UnknownScope(TokenError):
    """{scope} is not a scope of a token. Choose from: {known}."""

    code = "unknown-scope"
    status = 400


class NoScopes(TokenError):
    """Give the token at least one scope. Choose from: {known}."""

    code = "no-scopes"
    status = 400


class NothingToReach(TokenError):
    """{email} may not enter {name} or any of its sub-administrations."""

    code = "nothing-to-reach"
    status = 400


class UnknownToken(TokenError):
    """There is no token of {name} that begins with {beginning}, or there is more than one."""

    code = "unknown-token"
    status = 400


class WrongLifetime(TokenError):
    """A token lives for at least 1 and at most {most} days."""

    code = "wrong-lifetime"
    status = 400


class TooManyTokens(TokenError):
    """You have {most} tokens here that still work. Revoke one that is not used any more."""

    code = "too-many-tokens"


class RoleError(Refusal):
    """Something went wrong with this role."""

    code = "role-error"


class RoleNameTaken(RoleError):
    """There is a role called {name} already. Choose another name."""

    code = "role-name-taken"


class RoleNameInvisible(RoleError):
    """Give the role a name that people can read."""

    code = "role-name-invisible"


class StandardRole(RoleError):
    """{name} is a standard role: it stays as it is. Make a role of your own instead."""

    code = "standard-role"


class RightsNotYours(RoleError):
    """You can only give, or take away, what you may do yourself. Not: {rights}."""

    code = "rights-not-yours"


class RoleMoved(RoleError):
    """Somebody else changed this role while you were working on it. Nothing was saved: open it again."""

    code = "role-moved"


class RoleInUse(RoleError):
    """These people have this role; choose which one each of them gets instead: {names}."""

    code = "role-in-use"


class NobodyLeft(RoleError):
    """Nobody in {name} would keep this right: {right}. Give somebody there another role that has it first."""

    code = "nobody-left"


class NobodyLeftElsewhere(RoleError):
    """Nobody in an administration that you may not enter would keep this right: {right}. Ask somebody who may."""

    code = "nobody-left-elsewhere"


class RoleInUseElsewhere(RoleError):
    """People in administrations that you may not enter have this role. Ask somebody who may enter them."""

    code = "role-in-use-elsewhere"
