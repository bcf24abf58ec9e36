"""Making, editing, archiving and deleting templates, in a real schema."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from catalog_kit.editing import EditRefused, StillUsed, fingerprint
from reference_data.models import VatRate
from sync_ledger.models import Edit
from templates_catalog import services
from templates_catalog.models import Layout, MessageTemplate, Scheme
from tenants.permissions import NotAllowed
from tenants.schemas import inside
from tests.conftest import make_administration, make_member


def defaults():
    return list(Scheme.objects.filter(is_default=True).values_list("kind", "name"))


def test_a_template_with_an_unknown_placeholder_is_refused(by_owner):
    values = {"kind": "email", "name": "A", "subject": "{{ klant.nam }}", "body": ""}
    with pytest.raises(EditRefused, match=r"Did you mean \{\{ klant.naam }}"):
        by_owner(services.create_template, model=MessageTemplate, values=values)
    assert not MessageTemplate.objects.exists()


def test_names_are_unique_over_email_and_sms(by_owner, email):
    values = {"kind": "sms", "name": "FACTUUR  STUREN".replace("  ", " "), "body": "x"}
    with pytest.raises(EditRefused) as refused:
        by_owner(services.create_template, model=MessageTemplate, values=values)
    assert list(refused.value.problems) == ["name"]


def test_the_kind_never_changes(by_owner, layout):
    by_owner(services.update_template, item=layout, values={"kind": "quotation", "name": "Nieuw"})
    layout.refresh_from_db()
    assert (layout.kind, layout.name) == ("invoice", "Nieuw")


def test_the_first_scheme_of_a_kind_is_the_default(make_scheme, by_owner, vat_rate):
    quotation = Layout.objects.create(kind="quotation", name="Offerte")
    make_scheme("A")
    make_scheme("B")
    make_scheme("C", kind="quotation", layout=quotation)
    assert sorted(defaults()) == [("invoice", "A"), ("quotation", "C")]


def test_making_another_the_default_moves_it_and_logs_both(make_scheme, by_owner):
    make_scheme("A")
    other = make_scheme("B")
    Edit.objects.all().delete()
    by_owner(services.make_default, scheme=other)
    assert defaults() == [("invoice", "B")]
    logged = {(edit.label, edit.path, edit.before, edit.after) for edit in Edit.objects.all()}
    assert logged == {("A", "is_default", True, False), ("B", "is_default", False, True)}


def test_the_default_moves_on_the_edit_page_too(make_scheme, by_owner):
    make_scheme("A")
    by_owner(services.update_template, item=make_scheme("B"), values={"is_default": True})
    assert defaults() == [("invoice", "B")]


def test_a_new_default_takes_over(make_scheme):
    make_scheme("A")
    make_scheme("B", is_default=True)
    assert defaults() == [("invoice", "B")]


def test_the_default_cannot_be_unticked(make_scheme, by_owner):
    with pytest.raises(EditRefused) as refused:
        by_owner(services.update_template, item=make_scheme("A"), values={"is_default": False})
    assert list(refused.value.problems) == ["is_default"]
    assert defaults() == [("invoice", "A")]


@pytest.mark.parametrize("service", [services.archive_template, services.delete_template])
def test_the_default_goes_last(make_scheme, by_owner, service):
    first, second = make_scheme("A"), make_scheme("B")
    with pytest.raises(EditRefused, match="Make another scheme the default first"):
        by_owner(service, item=first)
    by_owner(service, item=second)
    by_owner(service, item=first)
    assert defaults() == []


def test_the_only_scheme_that_comes_back_is_the_default(make_scheme, by_owner):
    scheme = make_scheme("A")
    by_owner(services.archive_template, item=scheme)
    with pytest.raises(EditRefused, match="cannot be the default"):
        by_owner(services.make_default, scheme=scheme)
    by_owner(services.unarchive_template, item=scheme)
    assert defaults() == [("invoice", "A")]


def test_one_that_comes_back_beside_a_default_is_ordinary(make_scheme, by_owner):
    first, second = make_scheme("A"), make_scheme("B")
    by_owner(services.archive_template, item=second)
    by_owner(services.unarchive_template, item=second)
    assert defaults() == [("invoice", first.name)]


def test_the_database_knows_one_default_per_kind(make_scheme):
    make_scheme("A")
    other = make_scheme("B")
    with pytest.raises(IntegrityError), transaction.atomic():
        Scheme.objects.filter(pk=other.pk).update(is_default=True)
    with transaction.atomic():
        Scheme.objects.filter(pk=other.pk).update(is_default=True, is_archived=True)


def test_a_layout_fits_the_kind_of_the_scheme(make_scheme):
    quotation = Layout.objects.create(kind="quotation", name="Offerte")
    with pytest.raises(EditRefused, match="“Offerte” is a layout for another kind: quotation"):
        make_scheme("A", layout=quotation)


def test_an_sms_is_not_an_email(make_scheme):
    sms = MessageTemplate.objects.create(kind="sms", name="Onderweg", body="x")
    with pytest.raises(EditRefused) as refused:
        make_scheme("A", email_template=sms)
    assert list(refused.value.problems) == ["email_template"]


def test_an_archived_setting_may_stay_but_not_be_chosen(make_scheme, by_owner, layout):
    scheme = make_scheme("A")
    by_owner(services.archive_template, item=layout)
    layout.refresh_from_db()
    by_owner(services.update_template, item=scheme, values={"name": "B", "layout": layout})
    with pytest.raises(EditRefused, match="“Factuur standaard” is archived"):
        make_scheme("C")


def test_what_is_used_is_not_deleted(make_scheme, by_owner, layout, email):
    make_scheme("A", email_template=email, reminder_template=email)
    with pytest.raises(StillUsed, match="still used by 1 scheme: A"):
        by_owner(services.delete_template, item=layout)
    with pytest.raises(StillUsed):
        by_owner(services.delete_template, item=email)
    assert Layout.objects.exists()


def test_what_is_unused_is_deleted_and_logged(by_owner, layout):
    by_owner(services.delete_template, item=layout)
    assert not Layout.objects.exists()
    assert Edit.objects.filter(uid=layout.uid, path="name", before="Factuur standaard").exists()


def test_only_what_changed_is_logged(by_owner, make_scheme, email, owner):
    scheme = make_scheme("A")
    Edit.objects.all().delete()
    by_owner(services.update_template, item=scheme, values={"name": "A", "email_template": email})
    logged = [(edit.path, edit.before, edit.after, edit.by_name) for edit in Edit.objects.all()]
    assert logged == [("email_template", None, "Factuur sturen", str(owner))]


def test_work_based_on_an_older_version_is_refused(by_owner, layout):
    seen = fingerprint(services.values_for_log(layout))
    by_owner(services.update_template, item=layout, values={"footer": "Een"}, seen=seen)
    with pytest.raises(EditRefused, match="Somebody else changed this"):
        by_owner(services.update_template, item=layout, values={"footer": "Twee"}, seen=seen)


def test_without_the_right_nothing_happens(within, colleague, layout, make_scheme):
    who = {"acting_user": colleague, "administration": within}
    for service in (services.archive_template, services.unarchive_template, services.delete_template):
        with pytest.raises(NotAllowed):
            service(item=layout, **who)
    with pytest.raises(NotAllowed):
        services.create_template(model=Layout, values={"kind": "invoice", "name": "X"}, **who)
    with pytest.raises(NotAllowed):
        services.update_template(item=layout, values={"name": "X"}, **who)
    with pytest.raises(NotAllowed):
        services.make_default(scheme=make_scheme("A"), **who)


@pytest.mark.parametrize(
    ("model", "row"),
    [
        (MessageTemplate, {"kind": "email", "name": "A", "subject": " "}),
        (MessageTemplate, {"kind": "sms", "name": "A", "subject": "x"}),
        (MessageTemplate, {"kind": "fax", "name": "A", "subject": "x"}),
        (Layout, {"kind": "fax", "name": "A"}),
        (Layout, {"kind": "invoice", "name": "  "}),
    ],
)
def test_the_database_refuses_what_no_page_would_save(within, model, row):
    with pytest.raises(IntegrityError), transaction.atomic():
        model.objects.create(**row)


def test_two_people_who_choose_a_default_at_once_leave_one(committed):
    results = []
    main = make_administration("Van Dijk")
    owner = make_member(main)
    with inside(main):
        layout = Layout.objects.create(kind="invoice", name="Factuur")
        vat_rate = VatRate.objects.create(code="21", name="21% btw", percentage=21)
        rows = [Scheme(kind="invoice", name=name, layout=layout, vat_rate=vat_rate) for name in "ABCD"]
        rows[0].is_default = True
        Scheme.objects.bulk_create(rows)

    def choose(name):
        try:
            with inside(main):
                scheme = Scheme.objects.get(name=name)
                services.make_default(acting_user=owner, administration=main, scheme=scheme)
                results.append(name)
        finally:
            connection.close()

    threads = [threading.Thread(target=choose, args=[name]) for name in "BCD"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(results) == ["B", "C", "D"]
    with inside(main):
        assert Scheme.objects.filter(is_default=True).count() == 1


def test_no_template_has_a_name_that_nobody_can_read(by_owner, layout):
    sms = {"kind": "sms", "name": "\u200b", "body": "x"}
    for service, what in (
        (services.create_template, {"model": MessageTemplate, "values": sms}),
        (services.update_template, {"item": layout, "values": {"name": "\u2060"}}),
    ):
        with pytest.raises(EditRefused) as refused:
            by_owner(service, **what)
        assert list(refused.value.problems) == ["name"]
