"""Who is told what, once, where they chose, and together with what it tells."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from notices.models import Notice, NoticeChoice
from notices.services.choosing import choices_of, choose
from notices.services.telling import Reader, tell
from tests.conftest import make_member
from webhooks.models import OutboxMessage

from .conftest import LOUD, QUIET


def test_a_notice_is_told_once_however_often_the_moment_comes(tell_owner, owner):
    tell_owner(about="run 1")
    tell_owner(about="run 1")
    tell_owner(about="run 2")
    assert sorted(Notice.objects.filter(user=owner).values_list("about", flat=True)) == ["run 1", "run 2"]


def test_it_is_gone_when_what_it_tells_did_not_happen(tell_owner):
    with transaction.atomic():
        tell_owner()
        transaction.set_rollback(True)
    assert not Notice.objects.exists() and not OutboxMessage.objects.exists()


def test_outside_a_transaction_nobody_is_told(main, owner):
    with pytest.raises(RuntimeError):
        tell(LOUD, about="x", readers=[Reader(owner.pk, (main.pk,))])


def test_who_chose_nothing_gets_what_the_kind_says(tell_owner):
    tell_owner(QUIET)
    tell_owner(LOUD)
    assert dict(Notice.objects.values_list("kind", "is_mailed")) == {QUIET: False, LOUD: True}
    assert Notice.objects.filter(is_shown=True).count() == 2


@pytest.mark.parametrize(
    ("shown", "mailed", "told"),
    [([], [], []), ([QUIET], [], [(True, False)]), ([], [QUIET], [(False, True)]), ([QUIET], [QUIET], [(True, True)])],
)
def test_everybody_is_told_where_they_chose(tell_owner, owner, shown, mailed, told):
    choose(acting_user=owner, shown=shown, mailed=mailed)
    tell_owner(QUIET)
    assert list(Notice.objects.values_list("is_shown", "is_mailed")) == told
    assert OutboxMessage.objects.count() == len(mailed)


def test_a_choice_is_of_one_person_and_can_be_changed(owner, colleague):
    choose(acting_user=owner, shown=[], mailed=[QUIET])
    choose(acting_user=owner, shown=[LOUD], mailed=[])
    chosen = {row.kind.key: (row.is_shown, row.is_mailed) for row in choices_of(owner)}
    assert (chosen[LOUD], chosen[QUIET]) == ((True, False), (False, False))
    assert {row.kind.key: (row.is_shown, row.is_mailed) for row in choices_of(colleague)}[LOUD] == (True, True)
    assert NoticeChoice.objects.filter(user=owner).count() == len(choices_of(owner))


def test_who_gets_another_mail_of_it_gets_no_second_one(main, owner):
    with transaction.atomic():
        tell(LOUD, about="x", readers=[Reader(owner.pk, (main.pk,))], unmailed=[owner.pk])
    assert Notice.objects.get().is_mailed is False
    assert not OutboxMessage.objects.exists()


def test_without_a_mail_server_the_bell_alone_tells(tell_owner, settings):
    settings.SENDS_MAIL = False
    tell_owner()
    assert (Notice.objects.get().is_mailed, OutboxMessage.objects.count()) == (False, 0)


def test_a_hundred_people_take_as_many_statements_as_one(main, owner):
    def statements(number: int) -> int:
        readers = [Reader(make_member(main).pk, (main.pk,)) for _ in range(number)]
        with (
            transaction.atomic(),
            CaptureQueriesContext(
                connection,
            ) as asked,
        ):
            tell(LOUD, about="x", readers=readers)
        return len(asked)

    assert statements(1) == statements(100) <= 6
