"""How many clicks the main jobs take, counted as a person makes them: on what the page offers, from the first page."""

import json
import re
import subprocess
import uuid

import pytest
from playwright.sync_api import Locator, expect

from .clicking import Counting
from .test_deciding import describe
from .visitor import PLAN, Visitor

HOME = "/a/van-dijk/"


@pytest.fixture
def main(beheerder: Visitor) -> Counting:
    beheerder.open(HOME)
    return Counting(beheerder)


def tile(main: Counting, name: str) -> Locator:
    return main.visitor.page.locator(".tile", has_text=name)


def test_oost_is_in_line_with_the_proof_in_at_most_five_clicks(main):
    page = main.visitor.page
    main.follow(tile(main, "Oost").get_by_role("button"))
    page.wait_for_url(PLAN)
    main.start_and_wait()
    expect(page.locator(".notice.ok")).to_contain_text(main.visitor.say("proof"))
    assert main.clicks <= 5
    run = page.url
    main.visitor.open(HOME)
    expect(tile(main, "Oost").locator(".tile-state")).to_have_text(main.visitor.say("in line"))
    main.take_back(run)


def test_the_conflict_of_zuid_is_decided_and_synced_in_at_most_four_clicks(main):
    page = main.visitor.page
    main.follow(tile(main, "Zuid").get_by_role("button"))
    expect(page.locator(".versions.phone figure")).to_have_count(2)
    expect(page.locator(".block.changed").first).to_be_visible()
    page.locator("[name=reason]").fill("Nieuwe CO-eisen")
    main.follow(page.locator(".cards button[value=source]"))
    page.wait_for_url(PLAN)
    main.start_and_wait()
    assert main.clicks <= 4
    run = page.url
    main.visitor.open(HOME)
    expect(tile(main, "Zuid").locator(".tile-state")).not_to_contain_text(main.visitor.say("waits for a decision"))
    main.take_back(run)
    main.visitor.open(HOME)
    expect(tile(main, "Zuid")).to_contain_text(main.visitor.say("Decide"))


def test_a_field_is_made_required_synced_and_taken_back_in_at_most_nine_clicks(beheerder):
    main = Counting(beheerder)
    page = beheerder.page
    beheerder.open("/a/van-dijk/settings/forms/")
    main.follow(page.get_by_role("link", name="Sleuteloverdracht"))
    required = page.locator("main table").first.get_by_role("link").first
    main.follow(required)
    main.click_on(page.locator("input[name=is_required]"))
    main.follow(page.locator("main form button.primary"))
    main.follow(page.locator("#sync-this"))
    page.wait_for_url(PLAN)
    main.start_and_wait()
    main.click_on(page.locator("details.undo > summary"))
    main.follow(page.locator("#run-undo"))
    page.wait_for_url(PLAN)
    if page.locator("input[name=confirmation]").count():
        page.locator("input[name=confirmation]").fill("Van Dijk Groep")
    main.start_and_wait()
    assert main.clicks <= 9


def test_noord_sees_what_changed_and_keeps_one_setting_in_at_most_four_clicks(beheerder, visit):
    name = f"Werktype {uuid.uuid4().hex[:8]}"
    beheerder.make_work_type(name)
    beheerder.preview_of(name, "van-dijk-noord")
    beheerder.confirm(name)
    beheerder.wait_for_result()
    describe(beheerder, name, "van-dijk", "Met de nieuwe eisen")
    beheerder.preview_of(name, "van-dijk-noord")
    beheerder.confirm(name)
    beheerder.wait_for_result()
    noord = Counting(visit("noord@van-dijk.example"))
    page = noord.visitor.page
    noord.visitor.open("/a/van-dijk-noord/")
    change = page.locator(".news details").filter(has_text=name).first
    noord.click_on(change.locator("summary").first)
    noord.follow(change.get_by_role("link", name=noord.visitor.say("Pin")))
    page.locator("[name=reason]").fill(f"Wij noemen het anders: {name}")
    noord.follow(page.locator("main form button.primary"))
    assert noord.clicks <= 4
    noord.visitor.open("/a/van-dijk-noord/")
    expect(page.locator("section[aria-labelledby=kept]")).to_contain_text(name)


def test_west_is_taken_over_in_at_most_eight_clicks(main):
    page = main.visitor.page
    main.follow(tile(main, "West").get_by_role("link", name=main.visitor.say("Take over")))
    main.follow(page.locator("main form button"))
    expect(page.locator(".takeover-progress progress")).to_have_attribute("max", "35")
    main.click_on(page.locator("input[name=take][value=alike]"))
    main.click_in_place(page.locator("button[value=propose]"), page.locator(".takeover-progress progress[value='35']"))
    # Both have a default scheme for quotations and one for invoices.
    leave = page.locator("button[name^=default-][value=leave]")
    for left in (1, 0):
        main.click_in_place(leave.first, leave, left)
    main.follow(page.locator(".page-header-actions a.button.primary"))
    page.wait_for_url(PLAN)
    if page.locator("input[name=confirmation]").count():
        page.locator("input[name=confirmation]").fill("Van Dijk Groep")
    main.start_and_wait()
    assert main.clicks <= 8
    run = page.url
    main.visitor.open(HOME)
    expect(tile(main, "West")).not_to_contain_text(main.visitor.say("Take over"))
    main.take_back(run)


COMMANDS = "section[aria-labelledby=quick-start] pre"


def test_a_token_and_a_first_sync_by_curl_take_at_most_five_clicks_from_the_page_of_the_api_alone(visit):
    """What the page says to put in a terminal is put there to the letter."""
    reader = Counting(visit("beheerder@van-dijk.example"))
    page = reader.visitor.page
    reader.visitor.open("/api/v1/docs/")
    reader.follow(page.get_by_role("link", name=reader.visitor.say("Make a token")))
    page.locator("input[name=name]").fill(f"Curl {uuid.uuid4().hex[:8]}")
    reader.follow(page.locator("main form button.primary"))
    variable = page.locator("#new-token-export").inner_text()
    reader.follow(page.locator("#new-token").get_by_role("link"))
    expect(page.locator(COMMANDS)).to_have_count(5)
    expect(page.locator(f"{COMMANDS} + button")).to_have_count(5)
    commands = [command.replace("first-sync", uuid.uuid4().hex) for command in page.locator(COMMANDS).all_inner_texts()]
    answers = [in_a_shell(variable, command) for command in commands[1:]]
    assert reader.clicks <= 5
    assert any(row["slug"].startswith("van-dijk-") for row in answers[0]["results"])
    assert answers[1]["targets"][0]["counts"]
    reader.visitor.open(f"/a/van-dijk/settings/administrations/runs/{answers[2]['id']}/")
    expect(page.locator("#proof")).to_be_visible(timeout=120_000)
    token = re.search(r"eenlijn_[\w-]{8}", variable)[0]
    assert token in in_a_shell(variable, commands[4])["results"][0]["token"]


def in_a_shell(variable, command):
    """What a command of the page answers, in a terminal where the token was put as the page says."""
    done = subprocess.run(["bash", "-c", f"{variable}\n{command}"], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)
