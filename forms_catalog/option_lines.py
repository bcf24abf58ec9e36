"""The options of a field as people type them: one per line, as `code = label` or as a text that is both."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from reference_data.forms import LinesField

BETWEEN = " = "


class OptionsField(LinesField):
    """The options of a field, one per line. `show` tells it those that stand there now."""

    codes: tuple[str, ...] = ()
    labels: Mapping[str, str] = MappingProxyType({})

    def show(self, codes: Iterable[str], labels: Mapping[str, str]) -> None:
        """Take these options as the ones that are edited: a code of them with a = in it goes on being a code."""
        self.codes = tuple(codes)
        self.labels = labels

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(lines_of_options(value, self.labels)) if isinstance(value, list) else value

    def split(self, lines: Iterable[str]) -> tuple[list[str], dict[str, str]]:
        """Return the codes in the lines, and the labels that differ from their code."""
        pairs = [self._code_and_label(line) for line in lines]
        return [code for code, _label in pairs], {code: label for code, label in pairs if label != code}

    def _code_and_label(self, line: str) -> tuple[str, str]:
        if line in self.codes:
            return line, line
        known = [code for code in self.codes if line.startswith(f"{code}{BETWEEN}")]
        code = max(known, key=len) if known else line.partition(BETWEEN)[0]
        label = line[len(code) + len(BETWEEN) :].strip()
        return (code.strip(), label) if label else (line, line)


def lines_of_options(codes: Iterable[str], labels: Mapping[str, str]) -> list[str]:
    """Return the options of a field as they are typed."""
    return [f"{code}{BETWEEN}{labels[code]}" if code in labels else code for code in codes]
