"""A browser test that reads a page while that may still come in is caught."""

from pathlib import Path

from quality.browser_reads import findings

CONFTEST = """\
@pytest.fixture
def opened(visitor):
    visitor.page.goto("/")
    visitor.page.locator("form button").click()
    return visitor
"""
VISITOR = """\
class Visitor:
    def follow(self, control):
        with self.page.expect_navigation():
            control.click()

    def rows(self):
        return self.page.locator("tbody tr").count()
"""
FORMER = """\
def ibans_in_frames(page):
    found = []
    for number, name in enumerate(page.locator(".filled-in h2").all_inner_texts()):
        found.append(name)
    return found


def test_six_administrations_show_six_ibans(beheerder, template):
    beheerder.page.locator("a[href$='/everywhere/']").click()
    found = ibans_in_frames(beheerder.page)
    assert len(found) == 6 and len(set(found)) == 6
"""
"""A test as it once was: one of the six headings was there when they were read."""


def findings_in(folder: Path, test: str) -> list[str]:
    """What is found in a folder with this test, and with the fixture and the visitor above."""
    for name, text in (("conftest.py", CONFTEST), ("visitor.py", VISITOR), ("test_it.py", test)):
        (folder / name).write_text(text)
    return list(findings(folder))


def test_the_browser_tests_read_nothing_too_early() -> None:
    assert list(findings(Path(__file__).resolve().parents[1] / "e2e")) == []


def test_a_read_in_what_is_called_after_a_click_is_named(tmp_path: Path) -> None:
    (finding,) = findings_in(tmp_path, FORMER)
    assert finding == "test_it.py line 3: all_inner_texts reads at once after the click of test_it.py line 9."


def test_a_read_after_the_page_has_loaded_may_be_at_once(tmp_path: Path) -> None:
    link = "beheerder.page.locator(\"a[href$='/everywhere/']\")"
    assert findings_in(tmp_path, FORMER.replace(f"{link}.click()", f"beheerder.follow({link})")) == []
    waits = FORMER.replace(".click()\n", ".click()\n    beheerder.page.wait_for_url('**/everywhere/')\n")
    assert findings_in(tmp_path, waits) == []


def test_the_click_of_a_fixture_and_the_read_of_a_method_count(tmp_path: Path) -> None:
    (finding,) = findings_in(tmp_path, "def test_rows(opened):\n    assert opened.rows() == 2\n")
    assert finding == "visitor.py line 7: count reads at once after the click of conftest.py line 4."


def test_a_click_at_the_end_of_a_round_counts_in_the_next(tmp_path: Path) -> None:
    rounds = "def test_rounds(page):\n    for box in (1, 2):\n        print(page.url)\n        page.locator('a').{}()\n"
    (finding,) = findings_in(tmp_path, rounds.format("click"))
    assert finding == "test_it.py line 3: url reads at once after the click of test_it.py line 4."
    assert findings_in(tmp_path, rounds.format("fill")) == []


def test_unfolding_a_summary_leaves_the_page(tmp_path: Path) -> None:
    unfolds = "def test_fold(page):\n    page.locator('details summary').click()\n    assert page.title()\n"
    assert findings_in(tmp_path, unfolds) == []
    assert len(findings_in(tmp_path, unfolds.replace("summary", "a"))) == 1


def test_enter_counts_as_a_click(tmp_path: Path) -> None:
    presses = "def test_key(page):\n    page.keyboard.press('{}')\n    assert page.evaluate('1')\n"
    assert len(findings_in(tmp_path, presses.format("Enter"))) == 1
    assert findings_in(tmp_path, presses.format("Tab")) == []


def test_what_hands_on_to_a_method_of_the_same_name_is_followed_to_that_one(tmp_path: Path) -> None:
    counting = "class Counting:\n    def follow(self, control):\n        self.clicks += 1\n"
    counting += "        self.visitor.{}(control)\n"
    test = "def test_rows(opened):\n    opened.follow(opened.page.locator('a'))\n    assert opened.rows() == 2\n"
    (tmp_path / "counting.py").write_text(counting.format("follow"))
    assert findings_in(tmp_path, test) == []
    (tmp_path / "counting.py").write_text(counting.format("page.locator('a').click"))
    (finding,) = findings_in(tmp_path, test)
    assert finding == "visitor.py line 7: count reads at once after the click of counting.py line 4."


def test_a_click_that_expects_what_it_leads_to_may_be_followed_by_a_read(tmp_path: Path) -> None:
    clicks = "def test_rows(page):\n    {}\n    assert page.locator('tr').count() == 2\n"
    assert findings_in(tmp_path, clicks.format("click_in_place(page.locator('a'), page.locator('tr'), 2)")) == []
    assert len(findings_in(tmp_path, clicks.format("page.locator('a').click()"))) == 1
