"""Questions and steps put in another order: by mouse, by keyboard, and in a browser that runs no scripts."""

import uuid

import pytest
from playwright.sync_api import expect

from .conftest import BEHEERDER
from .visitor import click_in_place

FORMS = "/a/van-dijk/settings/forms/"
WORKFLOWS = "/a/van-dijk/settings/workflows/"
MANY = 450
PLACE = "document.querySelector('tbody [data-part]').dataset.name"


@pytest.fixture(scope="module")
def form_page(new_visitor, tmp_path_factory):
    """The address of a form of three questions, made from a workbook."""
    return make_form(new_visitor(BEHEERDER), tmp_path_factory.mktemp("form"), ["Eerste", "Tweede", "Derde"])


def make_form(visitor, folder, labels):
    """A form by the page that reads a workbook, as nobody types 450 questions."""
    from openpyxl import Workbook

    name = f"Volgorde {uuid.uuid4().hex[:8]}"
    workbook = Workbook()
    survey = workbook.active
    survey.title = "survey"
    survey.append(["type", "name", "label"])
    survey.append(["begin_group", "eerste_deel", "Eerste deel"])
    for number, label in enumerate(labels):
        if number and number % 30 == 0:
            survey.append(["end_group", "", ""])
            survey.append(["begin_group", f"deel_{number}", f"Deel {number}"])
        survey.append(["text", f"v{number}", label])
    survey.append(["end_group", "", ""])
    settings = workbook.create_sheet("settings")
    settings.append(["form_title"])
    settings.append([name])
    path = folder / "form.xlsx"
    workbook.save(path)
    page = visitor.page
    visitor.open(f"{FORMS}import/")
    page.locator("input[type=file]").set_input_files(path)
    visitor.follow(page.locator("main form button.primary").first)
    if page.locator("main form button.primary").count() and "/import/" in page.url:
        visitor.follow(page.locator("main form button.primary").first)
    visitor.open(f"{FORMS}?q={name.split()[1]}")
    visitor.follow(page.locator("main table a", has_text=name))
    address = page.url
    visitor.context.close()
    return address


def names(page, rows="tbody [data-part]"):
    return page.locator(rows).evaluate_all("rows => rows.map(row => row.dataset.name)")


def drag(page, handle, below):
    """Take one row by its handle to where another one stands, which then moves out of the way."""
    start, end = handle.bounding_box(), below.bounding_box()
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] / 2)
    page.mouse.down()
    page.mouse.move(start["x"] + 10, start["y"] + 20, steps=4)
    page.mouse.move(end["x"] + 10, end["y"] + end["height"] / 2, steps=12)
    page.mouse.move(end["x"] + 10, end["y"] + end["height"] / 2 + 2, steps=4)
    page.mouse.up()


def test_a_question_is_dragged_and_stays_there(beheerder, form_page):
    page = beheerder.page
    page.goto(form_page)
    before = names(page)
    rows = page.locator("tbody [data-part]")
    with page.expect_response("**/move/"):
        drag(page, rows.nth(0).locator("[data-handle]"), rows.nth(1))
    moved = [before[1], before[0], *before[2:]]
    assert names(page) == moved
    page.reload()
    assert names(page) == moved


def test_a_question_is_made_again_removed_and_brought_back_in_its_place(beheerder, form_page):
    page = beheerder.page
    page.goto(form_page)
    before = names(page)
    first = page.locator("tbody [data-part]").first
    first.locator("[data-opens-actions]").click()
    first.get_by_role("button", name=beheerder.say("Duplicate")).click()
    expect(page.locator("tbody [data-part]")).to_have_count(4)
    page.locator("tbody [data-part]").nth(1).locator("[data-opens-actions]").click()
    page.locator("[data-part-actions] [data-posts]").click()
    expect(page.locator("tbody [data-part]")).to_have_count(3)
    page.locator("tbody [data-part]").nth(1).locator("[data-opens-actions]").click()
    page.locator("[data-part-actions] [data-posts]").click()
    expect(page.locator("tbody [data-part]")).to_have_count(2)
    click_in_place(page.locator("#arranged-said button"), page.locator("tbody [data-part]"), 3)
    assert names(page) == before


def test_the_phone_follows_and_keeps_what_was_filled_in(beheerder, form_page):
    page = beheerder.page
    page.goto(form_page)
    phone = page.frame_locator("iframe[data-follows-arranging]")
    page.locator("iframe[data-follows-arranging]").scroll_into_view_if_needed()
    phone.locator("input[type=text], textarea").first.fill("bewaard")
    before = names(page)
    lift_and(page, 2, "Home")
    expect(phone.locator("label").first).to_contain_text(before[2])
    expect(phone.locator("input[type=text], textarea").nth(1)).to_have_value("bewaard")


def lift_and(page, row, *keys):
    page.locator("tbody [data-part] [data-handle]").nth(row).focus()
    with page.expect_response("**/move/"):
        for key in ("Enter", *keys, "Enter"):
            page.keyboard.press(key)


def test_the_keyboard_moves_and_puts_back(beheerder, form_page):
    page = beheerder.page
    page.goto(form_page)
    before = names(page)
    page.locator("tbody [data-part] [data-handle]").nth(1).focus()
    for key in ("Enter", "ArrowUp", "Escape"):
        page.keyboard.press(key)
    assert names(page) == before
    lift_and(page, 1, "ArrowUp")
    assert names(page) == [before[1], before[0], *before[2:]]
    expect(page.locator("tbody [data-part]").first.locator("[data-handle]")).to_be_focused()
    expect(page.locator("[data-arranging-status]")).to_contain_text(before[1])


def test_from_the_bottom_of_450_questions_to_the_top_takes_three_keys(beheerder, new_visitor, tmp_path):
    address = make_form(new_visitor(BEHEERDER), tmp_path, [f"Vraag {number}" for number in range(MANY)])
    page = beheerder.page
    page.goto(address)
    last = page.locator("tbody [data-part] [data-handle]").last
    last.focus()
    with page.expect_response("**/move/"):
        for key in ("Enter", "Home", "Enter"):
            page.keyboard.press(key)
    assert page.evaluate(PLACE) == f"Vraag {MANY - 1}"
    page.locator("[data-searches-parts]").fill("vraag 44")
    expect(page.locator("tbody [data-part]:visible")).to_have_count(11)
    page.reload()
    assert page.evaluate(PLACE) == f"Vraag {MANY - 1}"


def test_questions_are_arranged_without_javascript(visit, form_page):
    visitor = visit(BEHEERDER, java_script_enabled=False)
    page = visitor.page
    page.goto(form_page)
    before = names_plain(page)
    row = page.locator("tbody tr[data-part]").last
    visitor.follow(row.locator("a[href$='/move/']"))
    page.locator("select[name=place]").select_option(index=0)
    visitor.follow(page.locator("main form button.primary"))
    assert names_plain(page) == [before[-1], *before[:-1]]
    visitor.follow(page.locator("tbody tr[data-part]").first.locator("a[href$='/move/']"))
    visitor.follow(page.locator("form[action$='/duplicate/'] button"))
    assert len(names_plain(page)) == len(before) + 1
    visitor.follow(page.locator("tbody tr[data-part]").nth(1).locator("a[href$='/move/']"))
    visitor.follow(page.locator("a[href$='/delete/']"))
    visitor.follow(page.locator("main form button.danger"))
    assert len(names_plain(page)) == len(before)
    visitor.follow(page.locator("#arranged-said button"))
    assert len(names_plain(page)) == len(before) + 1
    page.locator("[data-searches-parts]").fill(before[0])
    page.keyboard.press("Enter")
    page.wait_for_url("**q=**")
    assert set(names_plain(page)) == {before[0]}


def names_plain(page):
    return [row.get_attribute("data-name") for row in page.locator("tbody tr[data-part]").all()]


@pytest.fixture
def workflow_page(beheerder):
    """A new workflow of three steps, on its page."""
    page = beheerder.page
    beheerder.open(f"{WORKFLOWS}new/")
    page.locator("input[name=name]").fill(f"Volgorde {uuid.uuid4().hex[:8]}")
    for number, kind in enumerate(("customer", "hour", "picture"), 1):
        page.locator("select[name=new_type]").select_option(kind)
        # Each answer brings a new list, which can be dragged once the script has seen it.
        ready = page.locator(".strip[data-is-arranged] > li")
        click_in_place(page.locator("button[value=add]"), ready, number)
    return page


def steps(page):
    return page.locator(".strip > li select[name$='-type']").evaluate_all("all => all.map(one => one.value)")


def test_steps_are_dragged_and_nothing_goes_to_the_top(beheerder, workflow_page):
    page = workflow_page
    handles = page.locator(".strip [data-handle]")
    page.locator(".strip").evaluate("strip => strip.scrollIntoView({ block: 'center' })")
    top = page.evaluate("window.scrollY")
    drag(page, handles.nth(0), page.locator(".strip > li").nth(1))
    expect(page.locator(".strip > li select[name=steps-0-type]")).to_have_value("hour")
    assert steps(page) == ["hour", "customer", "picture"]
    assert abs(page.evaluate("window.scrollY") - top) < 60
    expect(page.locator(".walk > li").first).to_contain_text(beheerder.say("Hours"))
    beheerder.follow(page.locator("button[value=save]").first)
    assert steps(page) == ["hour", "customer", "picture"]


def test_steps_move_by_keyboard_and_say_what_they_need(beheerder, workflow_page):
    page = workflow_page
    page.locator(".strip [data-handle]").nth(2).focus()
    for key in ("Enter", "Home", "Enter"):
        page.keyboard.press(key)
    expect(page.locator(".strip[data-is-arranged] > li select[name=steps-0-type]")).to_have_value("picture")
    expect(page.locator(".strip [data-handle]").first).to_be_focused()
    page.locator("select[name=steps-0-type]").select_option("predefined_form")
    # Once the script has seen the list that came: what is chosen before that, asks for nothing.
    expect(page.locator(".strip[data-is-arranged] .strip-needs").first).to_contain_text(beheerder.say("a form"))
    page.locator("select[name=steps-0-names]").select_option(label="Onderhoud cv-ketel")
    expect(page.locator(".walk > li").first.locator(".walk-line").first).to_be_visible()


def test_steps_are_arranged_without_javascript(visit):
    visitor = visit(BEHEERDER, java_script_enabled=False)
    page = visitor.page
    visitor.open(f"{WORKFLOWS}new/")
    page.locator("input[name=name]").fill(f"Volgorde {uuid.uuid4().hex[:8]}")
    for kind in ("customer", "hour"):
        page.locator("select[name=new_type]").select_option(kind)
        visitor.follow(page.locator("button[value=add]"))
    visitor.follow(page.locator("button[value=up-1]"))
    assert [one.input_value() for one in page.locator(".strip > li select[name$='-type']").all()] == [
        "hour",
        "customer",
    ]
    visitor.follow(page.locator("button[value=save]").first)
    assert [one.input_value() for one in page.locator(".strip > li select[name$='-type']").all()] == [
        "hour",
        "customer",
    ]
