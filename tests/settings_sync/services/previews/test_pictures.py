"""Two versions of a setting side by side: what changed, came, went or moved is marked, and the rest is quiet."""

from settings_sync.services.previews.pictures import Picture, mark_words, picture_of, sheets_of
from tenants.models import Administration

FORM = "forms_catalog.form"
WORKFLOW = "workflows.workflow"


def form_of(*labels: str, **more: object) -> dict[str, object]:
    fields = [{"uid": f"f{label[0]}", "section": "s", "label": label, "type": "text", **more} for label in labels]
    return {"name": "Onderhoud", "parts": {"section": [{"uid": "s", "title": "Metingen"}], "field": fields}}


def workflow_of(*uids: str) -> dict[str, object]:
    return {"name": "Onderhoud", "parts": {"step": [{"uid": uid, "type": "comment", "title": uid} for uid in uids]}}


def fates(side: tuple[object, ...]) -> list[object]:
    return [drawn.block.title + ":" + drawn.fate if drawn.block else drawn.left_out for drawn in side]  # type: ignore[attr-defined]


def drawn(kind: str, before: object, after: object) -> Picture:
    picture = picture_of(kind, before, after, {})  # type: ignore[arg-type]
    assert picture is not None
    return picture


def test_a_changed_question_is_marked_on_both_sides_and_the_rest_left_quiet():
    before = form_of("A", "B", "C", "D", "E")
    after = form_of("A", "B", "C", "D", "Extra")
    picture = drawn(FORM, before, after)
    assert picture.shape == "phone"
    assert fates(picture.before) == ["Metingen:same", 3, "D:same", "E:changed"]
    assert fates(picture.after) == ["Metingen:same", 3, "D:same", "Extra:changed"]


def test_what_came_and_what_went_stand_on_their_own_side():
    picture = drawn(FORM, form_of("A", "B"), form_of("A", "C"))
    assert "B:removed" in fates(picture.before)
    assert "C:added" in fates(picture.after)


def test_a_new_form_is_shown_whole():
    picture = drawn(FORM, None, form_of("A", "B"))
    assert picture.before == ()
    assert fates(picture.after) == ["Metingen:same", "A:same", "B:same"]


def test_a_step_that_stands_elsewhere_is_moved_and_not_changed():
    picture = drawn(WORKFLOW, workflow_of("a", "b", "c"), workflow_of("c", "a", "b"))
    assert picture.shape == "strip"
    assert fates(picture.after) == ["c:moved", "a:same", 1]


def test_a_required_question_looks_different():
    picture = drawn(FORM, form_of("A"), form_of("A", is_required=True))
    assert fates(picture.after) == ["Metingen:same", "A:changed"]


def test_what_looks_the_same_has_no_picture():
    assert picture_of(FORM, form_of("A"), {**form_of("A"), "description": "anders"}, {}) is None
    assert picture_of("reference_data.worktype", {"name": "A"}, {"name": "B"}, {}) is None


def test_the_words_of_a_text_are_marked_and_its_tags_left_whole():
    old, new = mark_words("<p>Beste <b>klant</b>, tot morgen</p>", "<p>Beste <b>heer</b>, tot straks</p>")
    assert old == "<p>Beste <b><del>klant</del></b>, tot <del>morgen</del></p>"
    assert new == "<p>Beste <b><ins>heer</ins></b>, tot <ins>straks</ins></p>"


def test_a_tag_that_came_is_not_marked_but_its_words_are():
    _old, new = mark_words("<p>Hallo</p>", "<p>Hallo <i>daar</i></p>")
    assert new == "<p>Hallo <i><ins>daar</ins></i></p>"


def test_a_text_message_is_shown_as_its_reader_gets_it_without_tags(child: Administration) -> None:
    message = {"kind": "sms", "name": "Onderweg", "subject": "", "body": "We komen & bellen eerst."}
    later = {**message, "body": "We komen morgen."}
    before, after = sheets_of("templates_catalog.messagetemplate", message, later, child)
    assert "&lt;p&gt;" not in before + after
    assert "&amp;" in before
    assert "morgen" in after
