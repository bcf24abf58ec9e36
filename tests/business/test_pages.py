"""The pages of daily data, as a browser sees them."""

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from business.models import Customer, Invoice, Quotation, QuotationLine, WorkOrder
from business.services import advance_work_order, finalise_invoice
from tenants.schemas import inside
from tests.conftest import make_administration, make_member


@pytest.fixture
def page(main):
    """The address of a page of the main administration."""
    return lambda name, *parts: reverse(f"business:{name}", args=[main.slug, *parts])


def make_customers(count):
    Customer.objects.bulk_create(Customer(number=5000 + n, name=f"Klant {n:03}", city="Delft") for n in range(count))


@pytest.mark.parametrize("name", ["customer-list", "work-order-list", "quotation-list", "invoice-list"])
def test_an_empty_list_says_so(owner_client, page, name):
    response = owner_client.get(page(name))
    assert response.status_code == 200
    assert " yet</h2>" in response.text


def test_a_customer_is_added_and_edited(owner_client, page, catalog):
    form = {"name": "Bakkerij Jansen", "city": "Delft", "payment_method": catalog.cash.pk}
    response = owner_client.post(page("customer-create"), form, follow=True)
    assert "Bakkerij Jansen" in response.text
    customer = Customer.objects.get()
    owner_client.post(page("customer-edit", customer.number), {**form, "name": "Bakkerij De Vries"})
    customer.refresh_from_db()
    assert (customer.name, customer.payment_method) == ("Bakkerij De Vries", catalog.cash)


def test_a_wrong_customer_is_explained_next_to_the_field(owner_client, page):
    response = owner_client.post(page("customer-create"), {"name": "Jansen", "email": "geen adres"})
    assert response.status_code == 200
    assert response.context["form"].errors.keys() == {"email"}


def test_a_customer_has_a_name_that_can_be_read(owner_client, page, within):
    response = owner_client.post(page("customer-create"), {"name": "\u200b\u00ad"})
    assert "Only invisible characters stand here." in response.context["form"].errors["name"][0]
    assert not Customer.objects.exists()


def test_what_somebody_else_saved_meanwhile_is_not_overwritten(owner_client, page, customer, work_order, catalog):
    for address, row, field in (
        (page("customer-edit", customer.number), customer, "name"),
        (page("work-order-edit", work_order.number), work_order, "description"),
    ):
        opened = [owner_client.get(address).context for _tab in range(2)]
        sent = {name: bound.value() or "" for name, bound in ((bound.name, bound) for bound in opened[0]["form"])}
        first, second = ({**sent, field: words, "seen": tab["seen"]} for words, tab in zip("AB", opened, strict=True))
        assert owner_client.post(address, first).status_code == 302
        refused = owner_client.post(address, second)
        assert "Somebody else changed this" in refused.text
        row.refresh_from_db()
        assert getattr(row, field) == "A"
        assert f'name="seen" value="{opened[1]["seen"]}"' in refused.text


def test_customers_are_found_by_number_and_words(owner_client, page, within):
    make_customers(3)
    for words, found in (("5001", 1), ("klant 00", 3), ("delft", 3), ("elders", 0)):
        assert owner_client.get(page("customer-list"), {"q": words}).context["page"].paginator.count == found


@pytest.mark.parametrize("words", ["\x00", "9" * 99, "%", "٣", "x" * 500, "' OR 1=1"])
@pytest.mark.parametrize("name", ["customer-list", "work-order-list", "quotation-list", "invoice-list"])
def test_odd_searches_are_no_error(owner_client, page, name, words):
    assert owner_client.get(page(name), {"q": words, "page": words, "stage": words}).status_code == 200


def test_long_lists_have_pages(owner_client, page, within):
    make_customers(120)
    pages = [owner_client.get(page("customer-list"), {"page": number}) for number in (1, 3, 99)]
    assert [len(response.context["page"].object_list) for response in pages] == [50, 20, 20]


def test_a_list_asks_the_database_as_often_for_one_row_as_for_forty(owner_client, page, catalog, within):
    make_customers(40)
    customers = list(Customer.objects.all())

    def queries(count):
        WorkOrder.objects.bulk_create(
            WorkOrder(
                number=count * 100 + n,
                customer=customers[n],
                work_type=catalog.work_type,
                status=catalog.planned,
                description="Lekkage",
            )
            for n in range(count)
        )
        with CaptureQueriesContext(
            connection,
        ) as captured:
            owner_client.get(page("work-order-list"))
        return len(captured)

    queries(1)
    assert queries(1 + 1) == queries(39)


def test_new_work_starts_with_its_customer(owner_client, page, customer, catalog):
    chosen = owner_client.get(page("work-order-create"))
    assert f"?customer={customer.number}" in chosen.text
    form = {"work_type": catalog.work_type.pk, "status": catalog.planned.pk, "description": "Lekkage keuken"}
    answered = {f"free_{catalog.free_field.pk}": "12,5"}
    response = owner_client.post(
        page("work-order-create") + f"?customer={customer.number}", {**form, **answered}, follow=True
    )
    assert "Lekkage keuken" in response.text


@pytest.mark.parametrize("asked", ["", "x", "999999", "9" * 30])
def test_an_unknown_customer_for_new_work_asks_which(owner_client, page, customer, asked):
    assert "For which customer" in owner_client.get(page("work-order-create"), {"customer": asked}).text


def test_an_archived_setting_is_shown_where_used_and_offered_nowhere_else(owner_client, page, work_order, customer):
    work_type = work_order.work_type
    work_type.is_archived = True
    work_type.save()
    assert "Onderhoud" in owner_client.get(page("work-order-detail", work_order.number)).text
    edit = owner_client.get(page("work-order-edit", work_order.number)).context["form"]
    new = owner_client.get(page("work-order-create"), {"customer": customer.number}).context["form"]
    assert work_type in edit.fields["work_type"].queryset
    assert work_type not in new.fields["work_type"].queryset


def test_a_setting_of_another_administration_cannot_be_chosen(owner_client, page, customer, catalog):
    with inside(make_administration("De Boer")):
        from reference_data.models import WorkType

        foreign = WorkType.objects.create(name="Vreemd")
    form = {"work_type": foreign.pk, "status": catalog.planned.pk, "description": "Lekkage"}
    response = owner_client.post(page("work-order-create") + f"?customer={customer.number}", form)
    assert response.context["form"].errors.keys() == {"work_type"}


def test_the_whole_way_of_a_work_order(owner_client, page, work_order, catalog):
    detail = page("work-order-detail", work_order.number)
    for stage in ("ready", "picked_up"):
        owner_client.post(page("work-order-advance", work_order.number), {"to": stage})
    owner_client.post(page("work-order-step-done", work_order.number, 1))
    form_page = page("work-order-form", work_order.number, work_order.filled_forms.get().pk)
    wrong = owner_client.post(form_page, {str(catalog.remark.uid): "zonder meting"})
    assert "Fill this in." in wrong.text
    owner_client.post(form_page, {str(catalog.measured.uid): "12.5"})
    for position in (2, 3, 4):
        owner_client.post(page("work-order-step-done", work_order.number, position))
    for stage in ("complete", "settled"):
        response = owner_client.post(page("work-order-advance", work_order.number), {"to": stage}, follow=True)
    assert response.redirect_chain[-1][0] == detail
    work_order.refresh_from_db()
    assert (work_order.stage, work_order.status) == ("settled", catalog.done)
    assert "12.5" in owner_client.get(form_page).text


def test_a_number_is_shown_as_the_reader_writes_it_and_comes_back_as_it_was_typed(
    owner_client, page, work_order, catalog
):
    owner_client.post(page("work-order-advance", work_order.number), {"to": "ready"})
    owner_client.post(page("work-order-advance", work_order.number), {"to": "picked_up"})
    address = page("work-order-form", work_order.number, work_order.filled_forms.get().pk)
    key = str(catalog.measured.uid)
    owner_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "nl"
    for odd in ("32,7x", "32.7x"):
        assert f'value="{odd}"' in owner_client.post(address, {key: odd}).text
    assert owner_client.post(address, {key: "32,7"}).status_code == 302
    assert work_order.filled_forms.get().answers[key] == "32.7"
    assert 'value="32,7"' in owner_client.get(address).text
    assert "<dd>32,7</dd>" in owner_client.get(f"{address}print/").text
    owner_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    assert 'value="32.7"' in owner_client.get(address).text


def test_a_free_field_is_shown_as_the_reader_writes_it(owner_client, page, work_order, catalog):
    work_order.free_field_values.create(free_field=catalog.free_field, value="7022.5")
    detail = page("work-order-detail", work_order.number)
    owner_client.cookies[settings.LANGUAGE_COOKIE_NAME] = "nl"
    assert "<dd>7022,5</dd>" in owner_client.get(detail).text


def test_answers_that_somebody_else_gave_meanwhile_are_not_overwritten(owner_client, page, work_order, catalog):
    for stage in ("ready", "picked_up"):
        owner_client.post(page("work-order-advance", work_order.number), {"to": stage})
    address = page("work-order-form", work_order.number, work_order.filled_forms.get().pk)
    opened = [owner_client.get(address).context["seen"] for _tab in range(2)]
    key = str(catalog.measured.uid)
    assert owner_client.post(address, {key: "12.5", "seen": opened[0]}).status_code == 302
    assert "Somebody else changed this" in owner_client.post(address, {key: "99", "seen": opened[1]}).text
    assert work_order.filled_forms.get().answers[key] == "12.5"


def test_what_cannot_be_done_now_is_said_in_words(owner_client, page, work_order):
    response = owner_client.post(page("work-order-advance", work_order.number), {"to": "settled"}, follow=True)
    assert "Look again" in response.text


@pytest.mark.parametrize("to", ["", "nonsense", "\x00"])
def test_an_unknown_stage_changes_nothing(owner_client, page, work_order, to):
    assert owner_client.post(page("work-order-advance", work_order.number), {"to": to}).status_code == 302
    work_order.refresh_from_db()
    assert work_order.stage == "planned"


def test_a_form_can_be_added_on_the_page(owner, owner_client, page, within, work_order, catalog):
    for stage in ("ready", "picked_up"):
        work_order = advance_work_order(acting_user=owner, administration=within, work_order=work_order, to=stage)
    owner_client.post(page("work-order-form-add", work_order.number), {"form": catalog.form.pk})
    owner_client.post(page("work-order-form-add", work_order.number), {"form": "999"})
    assert work_order.filled_forms.count() == 2


def test_an_employee_sees_their_own_work_and_not_that_of_others(employee_client, page, work_order, within, client):
    assert str(work_order.number) in employee_client.get(page("work-order-list")).text
    assert employee_client.get(page("work-order-detail", work_order.number)).status_code == 200
    client.force_login(make_member(within, "Medewerker"))
    assert client.get(page("work-order-list")).context["page"].paginator.count == 0
    assert client.get(page("work-order-detail", work_order.number)).status_code == 404
    assert client.post(page("work-order-advance", work_order.number), {"to": "ready"}).status_code == 404


@pytest.mark.parametrize("name", ["customer-create", "work-order-create", "quotation-list", "invoice-list"])
def test_an_employee_is_kept_from_what_is_not_theirs(employee_client, page, name):
    assert employee_client.get(page(name)).status_code == 403


def test_quotations_and_invoices_are_shown_with_their_totals(owner, owner_client, page, within, draft, catalog):
    invoice = finalise_invoice(acting_user=owner, administration=within, invoice=draft)
    quotation = Quotation.objects.create(
        number=7,
        customer=draft.customer,
        scheme=catalog.scheme,
        subject="Nieuwe ketel",
        quoted_on="2026-11-01",
        valid_until="2026-12-01",
    )
    QuotationLine.objects.create(
        quotation=quotation,
        position=1,
        description="Ketel",
        unit_price="200.00",
        vat_rate=catalog.high,
        vat_percentage="21.00",
    )
    assert "121" in owner_client.get(page("invoice-detail", invoice.pk)).text
    assert "242" in owner_client.get(page("quotation-detail", quotation.number)).text
    assert "Nieuwe ketel" in owner_client.get(page("quotation-list")).text
    assert Invoice.objects.count() == owner_client.get(page("invoice-list")).context["page"].paginator.count


@pytest.mark.parametrize("number", [0, 10**18, 10**40])
def test_what_is_not_there_is_not_found(owner_client, page, number):
    for name in ("customer-detail", "work-order-detail", "quotation-detail", "invoice-detail"):
        assert owner_client.get(page(name, number)).status_code == 404


def test_get_never_writes(owner_client, page, work_order, customer):
    addresses = [
        page("customer-list"),
        page("customer-detail", customer.number),
        page("customer-edit", customer.number),
        page("work-order-list"),
        page("work-order-detail", work_order.number),
        page("work-order-edit", work_order.number),
    ]
    owner_client.get(addresses[0])
    with CaptureQueriesContext(connection) as captured:
        assert {owner_client.get(address).status_code for address in addresses} == {200}
    written = [query["sql"] for query in captured if query["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]
    assert written == []
    assert owner_client.get(page("work-order-advance", work_order.number)).status_code == 405


def test_an_amount_is_written_as_the_reader_writes_it(owner_client, page, draft):
    draft.lines.update(unit_price=1234.5, quantity=1)
    assert "€ 1,234.50" in owner_client.get(page("invoice-detail", draft.pk)).text
    owner_client.cookies["django_language"] = "nl"
    assert "€ 1.234,50" in owner_client.get(page("invoice-detail", draft.pk)).text
