"""The main job in a browser that runs no scripts."""

import uuid

from playwright.sync_api import expect

from .conftest import BEHEERDER
from .test_deciding import describe
from .visitor import ADMINISTRATIONS, CONFIRM, PLAN


def test_the_main_job_needs_no_javascript(visit):
    name = f"Werktype {uuid.uuid4().hex[:8]}"
    visitor = visit(BEHEERDER, java_script_enabled=False)
    page = visitor.page
    visitor.make_work_type(name)
    visitor.open(f"{ADMINISTRATIONS}sync/")
    page.locator("#to-van-dijk-noord").check()
    # Comparing again is a button here; what was chosen stays.
    page.locator("button[name=do][value=refresh]").click()
    expect(page.locator("#to-van-dijk-noord")).to_be_checked()
    page.locator("#category-reference_data > summary .tree-count").click()
    page.locator("#kind-reference_dataworktype > summary .tree-count").click()
    page.locator("#settings-tree").get_by_label(name, exact=True).check()
    page.locator(".choice-next button").click()
    page.wait_for_url(PLAN)
    expect(page.locator("main form.start button.primary")).to_contain_text("1")
    details = page.locator(".changes li", has_text=name)
    details.locator("summary").click()
    details.locator(".change-body a").click()
    expect(page.locator(".change")).to_contain_text(name)
    page.go_back()
    visitor.confirm(name)
    visitor.wait_for_result()
    visitor.open("/a/van-dijk-noord/settings/reference/work-types/")
    expect(page.locator("main")).to_contain_text(name)


def test_one_of_two_versions_is_taken_without_javascript(visit):
    name = f"Werktype {uuid.uuid4().hex[:8]}"
    visitor = visit(BEHEERDER, java_script_enabled=False)
    page = visitor.page
    visitor.make_work_type(name)
    for _time in range(2):
        visitor.open(f"{ADMINISTRATIONS}sync/?to=van-dijk-noord")
        page.locator("#category-reference_data > summary .tree-count").click()
        page.locator("#kind-reference_dataworktype > summary .tree-count").click()
        page.locator("#settings-tree").get_by_label(name, exact=True).check()
        page.locator(".choice-next button").click()
        page.wait_for_url(PLAN)
        if page.locator(".questions").count():
            break
        visitor.confirm(name)
        visitor.wait_for_result()
        for administration in ("van-dijk", "van-dijk-noord"):
            describe(visitor, name, administration, f"van {administration}")
    page.locator(".questions a.button").click()
    page.locator(".cards button[value=source]").click()
    page.wait_for_url(PLAN)
    expect(page.locator(".questions")).to_have_count(0)
    expect(page.locator(CONFIRM)).to_be_enabled()
