"""Sixty deviations of forty administrations, settled by one person by keys; and what a phone and a sub see of it.

`EENLIJN_FLEET=400 ./dev test tests/e2e/test_inbox.py -k settled_in_few -n 0 -s` does the same with 400: 600 deviations.
"""

import json
import os
import subprocess
import sys
import time

import pytest
from playwright.sync_api import expect

from local_servers.processes import PROJECT

OWNER = "beheerder@de-lange.example"
INBOX = "/a/de-lange/settings/administrations/inbox/"
BY_CONTENT = {"Sms werk gereed": "o", "Afspraakbevestiging": "g", "Offerte beknopt": "s", "Storing": "s"}
"""The key that is pressed for a setting; all others are put back."""
ADMINISTRATIONS = int(os.environ.get("EENLIJN_FLEET", "40"))
DEVIATIONS = ADMINISTRATIONS * 60 // 40
MOST_DECISIONS = 20 if ADMINISTRATIONS == 40 else 39

STANDING = """
import json
from settings_sync.models import Alignment, InboxDeviation
counted = {}
for row in Alignment.objects.filter(administration__parent__slug="de-lange"):
    for word, number in row.counts.items():
        counted[word] = counted.get(word, 0) + number
rows = InboxDeviation.objects.filter(entry__administration__slug="de-lange")
states = list(rows.values_list("state", flat=True))
print(json.dumps({"counted": counted, "states": {state: states.count(state) for state in set(states)}}))
"""


def in_terminal(*arguments):
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def standing():
    return json.loads(in_terminal("shell", "--verbosity", "0", "-c", STANDING).splitlines()[-1])


@pytest.fixture(scope="module")
def fleet(base_url):
    """The administrations, in the product that runs."""
    printed = in_terminal("load_demo", "--fleet", "--administrations", str(ADMINISTRATIONS))
    assert f"{DEVIATIONS} deviations, found" in printed
    return printed


def decide_first(visitor):
    """Press the key for the first entry; gives its name and the key."""
    first = visitor.page.locator("[data-entry]").first
    name = first.locator("h2").evaluate("title => title.lastChild.textContent.trim()")
    key = BY_CONTENT.get(name, "t")
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press(key)
    expect(visitor.page.locator(".messages, .notice.ok").first).to_contain_text(name)
    return name, key


def test_sixty_deviations_are_settled_in_few_decisions_and_all_is_in_line_or_agreed(fleet, visit):
    owner = visit(OWNER)
    owner.open(INBOX)
    began = standing()
    assert began["states"] == {"open": DEVIATIONS}
    decided = []
    while owner.page.locator("[data-entry]").count():
        decided.append(decide_first(owner))
        assert len(decided) <= MOST_DECISIONS, decided
    for offer in range(sum(key == "o" for _name, key in decided)):
        owner.follow(owner.page.locator(".notice a", has_text=owner.say("Look at it and bring it to them")).first)
        owner.confirm(f"Overgenomen {offer}")
        owner.wait_for_result()
        decided.append(("brought to the others", "sync"))
        owner.open(INBOX)
    settled = wait_until_settled()
    print(f"\n{DEVIATIONS} deviations were settled in {len(decided)} decisions: {decided}")
    assert len(decided) <= MOST_DECISIONS
    counted = settled["counted"]
    assert (counted["behind"], counted["conflict"], counted["missing"]) == (0, 0, 0)
    assert counted["changed_locally"] == settled["states"]["accepted"]
    assert settled["states"]["accepted"] + settled["states"]["settled"] == DEVIATIONS
    owner.open(INBOX)
    expect(owner.page.locator(".empty")).to_contain_text(owner.say("Nothing waits for a decision"))


def wait_until_settled(seconds=120 * ADMINISTRATIONS // 40):
    """Until workers and the reaper have done what was decided."""
    until = time.monotonic() + seconds
    while True:
        found = standing()
        if found["states"].keys() <= {"accepted", "settled"} and not found["counted"]["behind"]:
            return found
        assert time.monotonic() < until, found
        time.sleep(1)


def change_in_a_sub(visitor, name):
    """Another name of a priority that came from the main administration."""
    visitor.open("/a/de-lange-gouda/settings/reference/priorities/")
    visitor.follow(visitor.page.locator("main").get_by_role("link", name=name).first)
    visitor.page.locator("input[name=name]").fill("Laag, als het uitkomt")
    visitor.page.locator("main form button.primary").click()
    visitor.page.wait_for_load_state()


def wait_for_entry(visitor, address, seconds=120):
    until = time.monotonic() + seconds
    visitor.open(address)
    while not visitor.page.locator("[data-entry]").count():
        assert time.monotonic() < until
        visitor.page.wait_for_timeout(500)
        visitor.open(address)


def test_on_a_phone_a_question_goes_to_the_sub_and_its_answer_comes_back(fleet, visit):
    owner = visit(OWNER, viewport={"width": 390, "height": 844})
    local = visit("west@de-lange.example")
    change_in_a_sub(local, "Laag, in overleg")
    # Its own entry, whatever else waits there.
    address = f"{INBOX}?q=Laag"
    wait_for_entry(owner, address)
    assert owner.page.evaluate("document.documentElement.scrollWidth") <= 390
    entry = owner.page.locator("[data-entry]").first
    entry.locator("button[value=ask]").click()
    entry.locator("textarea[name=reason]").fill("Waarom heet dit anders?")
    owner.follow(entry.locator("button[value=ask]"))
    local.open("/a/de-lange-gouda/settings/administrations/questions/")
    expect(local.page.locator(".question")).to_contain_text("Waarom heet dit anders?")
    local.page.locator("textarea[name=answer]").fill("Zo noemen de monteurs het.")
    local.follow(local.page.locator(".question button"))
    wait_for_entry(owner, address)
    expect(owner.page.locator("[data-entry]").first).to_contain_text("Zo noemen de monteurs het.")
    owner.follow(owner.page.locator("[data-entry]").first.locator("button[value=put_back]"))
    expect(owner.page.locator(".empty")).to_be_visible()


def test_without_a_script_a_decision_is_made_and_taken_back(fleet, visit):
    local = visit("west@de-lange.example")
    change_in_a_sub(local, "Normaal, binnen 3 dagen")
    owner = visit(OWNER, java_script_enabled=False)
    address = f"{INBOX}?q=Normaal"
    wait_for_entry(owner, address)
    owner.follow(owner.page.locator("[data-entry]").first.locator("button[value=put_back]"))
    expect(owner.page.locator(".inbox-last")).to_be_visible()
    owner.follow(owner.page.locator(".inbox-last button"))
    wait_for_entry(owner, address)
    owner.follow(owner.page.locator("[data-entry]").first.locator("button[value=put_back]"))
    expect(owner.page.locator(".empty")).to_be_visible()
