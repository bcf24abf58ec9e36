"""Whether templates can be read: no line is too long, and what opens a line is closed in the same column.

`python -m quality.templates` exits 1 and says where. djade sees to the template language; it leaves HTML as it is.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from quality.messages import source_files

PROJECT = Path(__file__).resolve().parent.parent
LONGEST_LINE = 160
COMMENT = re.compile(r"{% comment %}.*?{% endcomment %}|{#.*?#}|<!--.*?-->", re.DOTALL)
MARK = re.compile(r"{%\s*(?P<tag>\w+)|<(?P<end>/?)(?P<element>[a-z][a-z0-9]*)\b")
FORM = re.compile(r"<(/?)form\b|{%\s*include \"([^\"]+)\"(?! with no_actions=True)|{%\s*(\w+)")
BETWEEN = {"elif": {"if"}, "else": {"if", "for"}, "empty": {"for"}}
"""Tags that stand between the beginning and the end of others, and which."""


@dataclass(frozen=True)
class Place:
    """Where a tag stands; a column counts only where nothing but white space is before it."""

    line: int
    column: int
    is_first: bool

    def is_under(self, opening: "Place") -> bool:
        """Whether a tag that closes another, or divides it, stands where that is to be seen."""
        both_first = self.is_first and opening.is_first
        return not both_first or self.line == opening.line or self.column == opening.column


def findings(project: Path) -> Iterator[str]:
    """What is wrong with the templates, one line each."""
    for file in source_files(project):
        if file.suffix != ".py":
            name = str(file.relative_to(project))
            text = file.read_text(encoding="utf-8")
            yield from (f"{name} {finding}" for finding in template_findings(text))


def forms_in_forms(templates: Path) -> Iterator[str]:
    """Templates that show a form within a form, which ends the outer one in a browser: what follows is not sent.

    Followed through `include`, unless that asks for no actions, and through the tags that show the template of their
    name in includes/.
    """
    for file in sorted(templates.rglob("*.html")):
        is_within = False
        for mark in FORM.finditer(COMMENT.sub("", file.read_text(encoding="utf-8"))):
            end, included, tag = mark.groups()
            shown = templates / (included or f"includes/{tag}.html")
            if not included and not tag:
                if is_within and not end:
                    yield f"{file.relative_to(templates)} has a form within a form."
                is_within = not end
            elif is_within and shown.is_file() and shows_form(templates, shown):
                yield f"{file.relative_to(templates)} shows the form of {shown.relative_to(templates)} within a form."


def shows_form(templates: Path, file: Path) -> bool:
    """Whether a template has a form, or shows one that has."""
    marks = [mark.groups() for mark in FORM.finditer(COMMENT.sub("", file.read_text(encoding="utf-8")))]
    if any(not included and not tag for _end, included, tag in marks):
        return True
    parts = [templates / (included or f"includes/{tag}.html") for _end, included, tag in marks]
    return any(part.is_file() and part != file and shows_form(templates, part) for part in parts)


def template_findings(text: str) -> Iterator[str]:
    """What is wrong with one template."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST_LINE:
            yield f"line {number} has {len(line)} columns, more than {LONGEST_LINE}."
    yield from column_findings(text)


def column_findings(text: str) -> Iterator[str]:
    """Tags that close or divide others in another column.

    Elements are paired per name, since a template may open one in a branch and close it in another.
    """
    text = COMMENT.sub(lambda comment: re.sub(r"[^\n]", ".", comment.group()), text)
    tags: list[tuple[str, Place]] = []
    elements: dict[str, list[Place]] = defaultdict(list)
    for mark in MARK.finditer(text):
        place = place_of(mark.start(), text)
        tag = mark.group("tag")
        element = mark.group("element")
        opening = None
        if element and mark.group("end"):
            opening = elements[element].pop() if elements[element] else None
        elif element:
            elements[element].append(place)
        elif tag in BETWEEN:
            opening = next((at for name, at in reversed(tags) if name in BETWEEN[tag]), None)
        elif tag.startswith("end"):
            opening = close_tag(tag.removeprefix("end"), tags)
        else:
            tags.append((tag, place))
        if opening and not place.is_under(opening):
            yield f"line {place.line}: {mark.group()} is not in the column of what it closes, in line {opening.line}."


def close_tag(name: str, tags: list[tuple[str, Place]]) -> Place | None:
    """The beginning of the innermost open tag of that name, which is open no longer."""
    for index in range(len(tags) - 1, -1, -1):
        if tags[index][0] == name:
            opening = tags[index][1]
            del tags[index:]
            return opening
    return None


def place_of(position: int, text: str) -> Place:
    """The line and column of a position."""
    start = text.rfind("\n", 0, position) + 1
    return Place(text.count("\n", 0, position) + 1, position - start, not text[start:position].strip())


def main() -> int:
    """Check every template."""
    wrong = list(findings(PROJECT))
    for line in wrong:
        print(line)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
