"""A template that cannot be read is caught."""

import subprocess
import sys
from pathlib import Path

from local_servers.checks import djade_check
from quality.templates import LONGEST_LINE, findings, forms_in_forms, template_findings

NESTED = """\
<ul>
  {% for row in rows %}
    <li>{% if row.name %}{{ row.name }}{% else %}–{% endif %}</li>
  {% empty %}
    <li>
      none
    </li>
  {% endfor %}
</ul>
"""


def test_the_templates_of_the_product_are_clean() -> None:
    project = Path(__file__).resolve().parents[2]
    assert list(findings(project)) == []


def test_a_template_of_short_nested_lines_is_clean() -> None:
    assert list(template_findings(NESTED)) == []


def test_a_line_that_is_too_long_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "templates" / "pages"
    folder.mkdir(parents=True)
    longest = f"<p>{'x' * (LONGEST_LINE - 7)}</p>"
    (folder / "page.html").write_text(f"{longest}\n{longest}x\n")
    (folder / "mail.txt").write_text(f"{longest}x\n")
    assert list(findings(tmp_path)) == [
        "templates/pages/mail.txt line 1 has 161 columns, more than 160.",
        "templates/pages/page.html line 2 has 161 columns, more than 160.",
    ]


def test_what_is_closed_in_another_column_is_named() -> None:
    assert list(template_findings(NESTED.replace("    </li>", "  </li>"))) == [
        "line 7: </li is not in the column of what it closes, in line 5."
    ]
    assert list(template_findings(NESTED.replace("  {% endfor", "{% endfor"))) == [
        "line 8: {% endfor is not in the column of what it closes, in line 2."
    ]
    assert list(template_findings(NESTED.replace("  {% empty", "    {% empty"))) == [
        "line 4: {% empty is not in the column of what it closes, in line 2."
    ]


def test_what_a_comment_shows_is_no_part_of_the_page() -> None:
    assert list(template_findings("{% comment %}\n<div>\n  {% if it %}\n{% endcomment %}\n<p>\n</p>\n")) == []


def test_a_branch_may_open_what_is_closed_for_all() -> None:
    template = '{% if url %}\n  <a href="{{ url }}">\n{% endif %}\n{{ name }}{% if url %}</a>{% endif %}\n'
    assert list(template_findings(template)) == []


def test_djade_names_a_template_that_it_would_change(tmp_path: Path) -> None:
    planted = tmp_path / "page.html"
    planted.write_text('{%load i18n%}\n{% translate "x"%}\n')
    command = djade_check(Path(sys.executable).with_name("djade"))
    first = next(index for index, word in enumerate(command) if word.endswith(".html"))
    done = subprocess.run([*command[:first], str(planted)], capture_output=True, text=True)
    assert done.returncode == 1
    assert "page.html" in done.stdout + done.stderr


def test_no_form_of_the_product_stands_within_another() -> None:
    assert list(forms_in_forms(Path(__file__).resolve().parents[2] / "templates")) == []


def test_a_form_within_a_form_is_named_however_it_comes_there(tmp_path: Path) -> None:
    (tmp_path / "includes").mkdir()
    (tmp_path / "includes" / "origin.html").write_text("<form></form>")
    (tmp_path / "includes" / "deep.html").write_text('{% include "includes/origin.html" %}')
    (tmp_path / "bare.html").write_text("<form><form></form></form>")
    shown = '{% origin item %}{% include "includes/deep.html" %}'
    (tmp_path / "shown.html").write_text(f"<form>{shown}</form>{shown}")
    assert list(forms_in_forms(tmp_path)) == [
        "bare.html has a form within a form.",
        "shown.html shows the form of includes/origin.html within a form.",
        "shown.html shows the form of includes/deep.html within a form.",
    ]
