"""Daily data read by another system: what it gets, page by page, and what it does not."""

import uuid
from typing import Any

import pytest

from accounts.models import Scope, User
from business.models import Customer, FilledForm, Quotation, ServiceObject, WorkOrder, WorkOrderStep
from tenants.models import Administration
from tenants.schemas import inside
from tests.conftest import make_administration, make_member
from tests.settings_sync.api.conftest import Caller, is_problem, make_caller

DAILY_SCOPES = (Scope.CUSTOMERS_READ, Scope.WORK_ORDERS_READ, Scope.QUOTATIONS_READ, Scope.INVOICES_READ)
NOBODY = uuid.UUID(int=0)


@pytest.fixture
def api(owner: User, main: Administration) -> Caller:
    return make_caller(owner, main, *DAILY_SCOPES)


@pytest.fixture
def there(main: Administration) -> str:
    return f"administrations/{main.slug}/"


def results(api: Caller, address: str, **query: Any) -> list[dict[str, Any]]:
    answer = api.get(address, **query)
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_a_customer_with_its_people_and_objects(api: Caller, there: str, customer: Customer) -> None:
    ServiceObject.objects.create(customer=customer, name="Cv-ketel", brand="Nefit", installed_on="2021-09-14")
    (row,) = results(api, f"{there}customers/")
    assert (row["name"], row["number"], row["payment_method"]) == (customer.name, customer.number, None)
    one = api.get(f"{there}customers/{row['id']}/").json()
    assert {name: one[name] for name in row} == row
    assert [thing["installed_on"] for thing in one["objects"]] == ["2021-09-14"]
    assert one["contacts"] == []


def test_a_work_order_with_what_was_filled_in(api: Caller, there: str, work_order: WorkOrder, catalog: Any) -> None:
    WorkOrderStep.objects.get_or_create(work_order=work_order, position=1, defaults={"type": "customer"})
    FilledForm.objects.create(work_order=work_order, form=catalog.form, form_name="Onderhoud", answers={"co": "12"})
    (row,) = results(api, f"{there}work-orders/")
    one = api.get(f"{there}work-orders/{row['id']}/").json()
    assert row["work_type"] == {"uid": str(catalog.work_type.uid), "label": "Onderhoud"}
    assert row["customer"] == {"id": str(work_order.customer.uid), "number": work_order.customer.number}
    assert row["planned_at"] == "2026-11-23T09:00:00Z"
    assert one["filled_forms"][0]["form"] == str(catalog.form.uid)
    assert one["filled_forms"][0]["answers"] == {"co": "12"}
    assert one["steps"][0]["position"] == 1
    assert "Bakkerij" not in str(row), "who the customer is, is told by the customers alone"


def test_an_invoice_with_its_lines(api: Caller, there: str, draft: Any) -> None:
    (row,) = results(api, f"{there}invoices/")
    assert (row["state"], row["number"], row["currency"]) == ("draft", None, "EUR")
    one = api.get(f"{there}invoices/{row['id']}/").json()
    assert [(line["unit_price"], line["amount"], line["vat_percentage"]) for line in one["lines"]] == [
        ("100.00", "100.00", "21.00")
    ]


def test_a_quotation(api: Caller, there: str, customer: Customer, catalog: Any) -> None:
    values = {"subject": "Onderhoud", "quoted_on": "2026-11-02", "valid_until": "2026-12-02"}
    made = Quotation.objects.create(number=88, customer=customer, scheme=catalog.scheme, **values)
    (row,) = results(api, f"{there}quotations/")
    assert (row["id"], row["number"], row["valid_until"]) == (str(made.uid), 88, "2026-12-02")
    assert api.get(f"{there}quotations/{row['id']}/").json() == {**row, "lines": []}


def test_a_list_is_followed_page_by_page_and_back(api: Caller, there: str, within: Any) -> None:
    Customer.objects.bulk_create(Customer(number=number, name=f"Klant {number}") for number in range(1, 8))
    seen, address = [], f"{there}customers/?limit=3"
    while address:
        page = api.get(address).json()
        seen.append([row["number"] for row in page["results"]])
        before, address = page["previous"], page["next"]
    assert seen == [[1, 2, 3], [4, 5, 6], [7]]
    assert [row["number"] for row in api.get(before).json()["results"]] == [4, 5, 6]
    assert is_problem(api.get(f"{there}invoices/?cursor={before.partition('cursor=')[2]}"), 400, "invalid-cursor")


def test_a_list_is_narrowed(api: Caller, there: str, work_order: WorkOrder, draft: Any) -> None:
    for address, fits, fits_not in (
        ("customers/", {"number": work_order.customer.number}, {"number": 0}),
        ("work-orders/", {"stage": work_order.stage, "number": work_order.number}, {"stage": "settled"}),
        ("invoices/", {"state": "draft"}, {"state": "final"}),
    ):
        assert len(results(api, there + address, **fits)) == 1, address
        assert results(api, there + address, **fits_not) == [], address
    for wrong in ({"number": "x"}, {"number": 2**63}, {"number": -1}):
        assert is_problem(api.get(f"{there}customers/", **wrong), 400, "invalid-input")
    assert is_problem(api.get(f"{there}invoices/", state="lost"), 400, "invalid-input")


def test_who_does_not_plan_the_work_sees_their_own(
    owner: User, employee: User, main: Administration, there: str, work_order: WorkOrder, catalog: Any
) -> None:
    values = {"customer": work_order.customer, "work_type": catalog.work_type, "status": catalog.planned}
    other = WorkOrder.objects.create(number=900, employee_id=owner.pk, **values)
    limited = make_caller(employee, main, *DAILY_SCOPES)
    assert [row["id"] for row in results(limited, f"{there}work-orders/")] == [str(work_order.uid)]
    assert is_problem(limited.get(f"{there}work-orders/{other.uid}/"), 404, "not-found")
    assert results(limited, f"{there}customers/"), "the role may see customers"
    for hidden in ("quotations/", "invoices/", f"invoices/{NOBODY}/"):
        assert is_problem(limited.get(there + hidden), 404, "not-found"), hidden


def test_what_is_in_another_administration_is_not_found(
    api: Caller, owner: User, main: Administration, there: str, customer: Customer
) -> None:
    entered, closed, foreign = (
        make_administration("Noord", main), make_administration("Oost", main), make_administration("De Boer")
    )  # fmt: skip
    make_member(entered, user=owner)
    make_member(foreign, user=owner)
    with inside(entered):
        theirs = Customer.objects.create(number=customer.number, name="Klant van Noord")
    (row,) = results(api, f"administrations/{entered.slug}/customers/")
    assert row["id"] == str(theirs.uid) != str(customer.uid)
    assert is_problem(api.get(f"{there}customers/{theirs.uid}/"), 404, "not-found")
    assert is_problem(api.get(f"{there}customers/{NOBODY}/"), 404, "not-found")
    for hidden in (closed, foreign):
        assert is_problem(api.get(f"administrations/{hidden.slug}/customers/"), 404, "not-found")
    Administration.objects.filter(pk=entered.pk).update(state="provisioning")
    assert is_problem(api.get(f"administrations/{entered.slug}/customers/"), 404, "not-found")


def test_each_list_takes_its_own_scope_alone(owner: User, main: Administration, there: str, draft: Any) -> None:
    for scope in Scope.values:
        caller = make_caller(owner, main, scope)
        for own, address in zip(DAILY_SCOPES, ("customers", "work-orders", "quotations", "invoices"), strict=True):
            answer = caller.get(f"{there}{address}/")
            is_let_in = answer.status_code == 200
            assert is_let_in == (scope == own), (scope, address)
            assert is_let_in or is_problem(answer, 403, "scope-missing")


def test_nothing_can_be_written(api: Caller, there: str, customer: Customer) -> None:
    for address in (f"{there}customers/", f"{there}customers/{customer.uid}/"):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            answer = api.client.generic(method, f"/api/v1/{address}")
            assert is_problem(answer, 405, "method-not-allowed"), (method, address)


def test_a_list_takes_as_many_queries_however_long_it_is(
    api: Caller, there: str, work_order: WorkOrder, catalog: Any, django_assert_max_num_queries: Any
) -> None:
    values = {"work_type": catalog.work_type, "status": catalog.planned, "customer": work_order.customer}
    WorkOrder.objects.bulk_create(WorkOrder(number=1000 + number, **values) for number in range(30))
    results(api, f"{there}work-orders/")
    with django_assert_max_num_queries(12):
        assert len(results(api, f"{there}work-orders/")) == 31


def test_the_description_has_examples_that_fit(client: Any) -> None:
    schema = client.get("/api/v1/schema/").json()
    daily = [path for path in schema["paths"] if path.split("/")[5:6] and path.split("/")[5] in
             ("customers", "work-orders", "quotations", "invoices")]  # fmt: skip
    assert len(daily) == 8
    for path in daily:
        shown = schema["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
        name = shown["schema"]["$ref"].rpartition("/")[2]
        (example,) = shown["examples"].values()
        assert example["value"].keys() == schema["components"]["schemas"][name]["properties"].keys(), path
        for row in example["value"].get("results", []):
            assert row
