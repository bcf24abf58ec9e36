"""The net under the other tests: what goes wrong on a page is noticed."""

from .visitor import ADMINISTRATIONS

PLANTED_STYLE = """() => {
  const style = document.createElement("style");
  style.textContent = "body { color: red }";
  document.head.append(style);
}"""


def test_a_style_that_the_policy_forbids_is_noticed(beheerder):
    beheerder.open(ADMINISTRATIONS)
    beheerder.page.evaluate(PLANTED_STYLE)
    beheerder.page.wait_for_timeout(100)
    assert any("Content Security Policy" in problem for problem in beheerder.problems), beheerder.problems
    beheerder.problems.clear()


def test_a_script_error_and_a_refusal_are_noticed(beheerder):
    beheerder.open(ADMINISTRATIONS)
    beheerder.page.evaluate("() => { setTimeout(() => { throw new Error('planted') }) }")
    beheerder.page.evaluate("() => fetch('/nowhere/')")
    beheerder.page.wait_for_timeout(100)
    problems = "\n".join(beheerder.problems)
    assert "planted" in problems
    assert "/nowhere/ answered 404" in problems
    beheerder.problems.clear()
