"""Making, editing, archiving and deleting shared settings, in a real schema."""

from decimal import Decimal

import pytest

from catalog_kit.editing import EditRefused, StillUsed, fingerprint
from forms_catalog.models import Form
from reference_data import services
from reference_data.models import DevicePolicy, FreeField, HourType, VatRate, WorkStatus, WorkType
from sync_ledger.models import Edit
from tenants.permissions import NotAllowed


@pytest.fixture
def create(within, owner):
    def make(model, **values):
        return services.create_item(acting_user=owner, administration=within, model=model, values=values)

    return make


@pytest.fixture
def update(within, owner):
    def change(item, seen=None, **values):
        return services.update_item(acting_user=owner, administration=within, item=item, values=values, seen=seen)

    return change


@pytest.fixture
def do(within, owner):
    def call(service, item):
        return service(acting_user=owner, administration=within, item=item)

    return call


def test_each_changed_field_is_logged_with_who(create, update, owner):
    rate = create(VatRate, code="H", name="Hoog", percentage=Decimal("19"))
    Edit.objects.all().delete()
    update(rate, name="Hoog", percentage=Decimal("21"))
    edit = Edit.objects.get()
    assert (edit.kind, edit.uid, edit.path) == ("reference_data.vatrate", rate.uid, "percentage")
    assert (edit.before, edit.after, edit.by_id) == ("19.00", "21", owner.pk)


def test_a_local_price_is_logged_too(create, update):
    hours = create(HourType, code="A", name="Arbeid")
    update(hours, price=Decimal("62.50"))
    assert Edit.objects.filter(path="price", after="62.50").exists()


def test_a_second_code_is_refused_in_words(create):
    create(WorkStatus, code="KLAAR", name="Klaar")
    with pytest.raises(EditRefused) as refused:
        create(WorkStatus, code="klaar", name="Ook klaar")
    assert "code" in refused.value.problems
    assert WorkStatus.objects.count() == 1


def test_rules_are_asked_before_writing(create, update):
    with pytest.raises(EditRefused) as refused:
        create(FreeField, name="Merk", reference_name="merk", type="dropdown", values=[])
    assert "values" in refused.value.problems
    field = create(FreeField, name="Merk", reference_name="merk", type="dropdown", values=["Remeha"])
    with pytest.raises(EditRefused):
        update(field, type="text")


def test_what_another_setting_points_at_cannot_be_deleted(create, do):
    work_type = create(WorkType, name="Onderhoud")
    create(DevicePolicy, key="werktype", work_type=work_type)
    with pytest.raises(StillUsed, match="1 device policy: werktype"):
        do(services.delete_item, work_type)
    assert WorkType.objects.exists()


def test_a_form_that_is_shown_for_a_work_type_uses_it(create, do):
    work_type = create(WorkType, name="Onderhoud")
    Form.objects.create(name="Controle").work_types.add(work_type)
    with pytest.raises(StillUsed, match="1 form: Controle"):
        do(services.delete_item, work_type)


def test_what_nothing_uses_is_deleted_and_logged(create, do):
    work_type = create(WorkType, name="Onderhoud")
    do(services.delete_item, work_type)
    assert not WorkType.objects.exists()
    assert Edit.objects.filter(uid=work_type.uid, path="name", before="Onderhoud", after__isnull=True).exists()


def test_an_archived_setting_stays_where_it_is_and_cannot_be_chosen(create, update, do):
    work_type = create(WorkType, name="Onderhoud")
    policy = create(DevicePolicy, key="werktype", work_type=work_type)
    do(services.archive_item, work_type)
    policy = update(DevicePolicy.objects.get(pk=policy.pk), key="standaard.werktype")
    assert policy.work_type == work_type
    with pytest.raises(EditRefused, match="archived"):
        create(DevicePolicy, key="tweede", work_type=WorkType.objects.get())


def test_bringing_back_is_refused_when_the_name_is_taken(create, do):
    first = create(WorkType, name="Onderhoud")
    do(services.archive_item, first)
    create(WorkType, name="onderhoud")
    with pytest.raises(EditRefused) as refused:
        do(services.unarchive_item, first)
    assert "name" in refused.value.problems
    assert WorkType.objects.get(pk=first.pk).is_archived


def test_an_edit_on_top_of_an_edit_that_was_not_seen_is_refused(create, update):
    status = create(WorkStatus, code="K", name="Klaar")
    seen = fingerprint(services.values_for_log(status))
    update(status, seen=seen, name="Gereed")
    with pytest.raises(EditRefused, match="Somebody else"):
        update(status, seen=seen, name="Af")
    assert WorkStatus.objects.get().name == "Gereed"


def test_without_the_right_nothing_happens(within, colleague):
    who = {"acting_user": colleague, "administration": within}
    item = WorkStatus.objects.create(code="K", name="Klaar")
    with pytest.raises(NotAllowed):
        services.create_item(**who, model=WorkStatus, values={"code": "A", "name": "B"})
    with pytest.raises(NotAllowed):
        services.update_item(**who, item=item, values={"name": "B"})
    for service in (services.archive_item, services.unarchive_item, services.delete_item):
        with pytest.raises(NotAllowed):
            service(**who, item=item)
    assert list(WorkStatus.objects.values_list("name", "is_archived")) == [("Klaar", False)]
