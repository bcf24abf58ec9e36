"""Whether a browser test reads a page at once after a click, while the page that the click led to may still come in.

A locator that is filled in, clicked or expected waits for what it names; `all_inner_texts()`, `count()`, `url` and
their like tell what is there now. Between a click and such a read stands a wait for the new page (`Visitor.follow`,
`wait_for_url`, `goto` …), or it is an `expect(…)` that keeps looking. Calls and fixtures are followed through the
folder.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

CLICKS = {"click", "dblclick", "tap"}
WAITS = {"goto", "go_back", "reload", "set_content", "wait_for_url"}
WAITING_BLOCK = "expect_navigation"
CLICK_AND_WAIT = "click_in_place"
"""Clicks, and then expects what the click leads to."""
UNFOLDS = "summary"
"""What is clicked without leaving the page."""
READS = {
    *("all", "all_inner_texts", "all_text_contents", "bounding_box", "content", "count", "evaluate", "evaluate_all"),
    *("get_attribute", "inner_html", "inner_text", "input_value", "is_checked", "is_disabled", "is_editable"),
    *("is_enabled", "is_hidden", "is_visible", "text_content", "title"),
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass
class Module:
    """A file of tests: its functions and methods by name."""

    name: str
    functions: dict[str, Function]
    methods: dict[str, Function]
    fixtures: dict[str, Function]


def findings(folder: Path) -> Iterator[str]:
    """Reads that may come too early in the tests of a folder, one line each."""
    modules = [_module(file) for file in sorted(folder.glob("*.py"))]
    for module in modules:
        for name, function in module.functions.items():
            if name.startswith("test_"):
                walk = Walk(modules)
                walk.test(module, function)
                yield from dict.fromkeys(walk.findings)


def _module(file: Path) -> Module:
    module = Module(file.name, {}, {}, {})
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, Function):
            is_fixture = any("fixture" in ast.unparse(decorator) for decorator in node.decorator_list)
            (module.fixtures if is_fixture else module.functions)[node.name] = node
        if isinstance(node, ast.ClassDef):
            module.methods |= {method.name: method for method in node.body if isinstance(method, Function)}
    return module


@dataclass
class Walk:
    """One test, followed in the order in which it runs; of a branch both sides, of a loop two rounds."""

    modules: list[Module]
    findings: list[str] = field(default_factory=list)
    click: str = ""
    """Where the last click stands that nothing waited for."""
    stack: list[Function] = field(default_factory=list)

    def test(self, module: Module, test: Function) -> None:
        """Run the fixtures of a test, and then the test."""
        self._call(module, test)

    def _call(self, module: Module, function: Function) -> None:
        if function in self.stack:
            return
        self.stack.append(function)
        if function.name.startswith("test_") or function in module.fixtures.values():
            for name in [argument.arg for argument in function.args.args]:
                self._fixture(module, name)
        for statement in function.body:
            self._visit(module, statement)
        self.stack.pop()

    def _fixture(self, module: Module, name: str) -> None:
        for place in [module, *(other for other in self.modules if other.name == "conftest.py")]:
            if name in place.fixtures:
                self._call(place, place.fixtures[name])
                return

    def _visit(self, module: Module, node: ast.AST) -> None:
        if isinstance(node, (*Function.__args__, ast.ClassDef, ast.Yield)):
            return
        rounds = 2 if isinstance(node, ast.For | ast.While) else 1
        for _round in range(rounds):
            for child in ast.iter_child_nodes(node):
                self._visit(module, child)
        if isinstance(node, ast.With) and any(WAITING_BLOCK in ast.unparse(item) for item in node.items):
            self.click = ""
        elif isinstance(node, ast.Call):
            self._called(module, node)
        elif isinstance(node, ast.Attribute) and node.attr == "url":
            self._read(module, node, "url")

    def _called(self, module: Module, call: ast.Call) -> None:
        if isinstance(call.func, ast.Name):
            self._function(module, call.func.id)
        elif isinstance(call.func, ast.Attribute):
            self._method(module, call, call.func.attr)

    def _function(self, module: Module, name: str) -> None:
        if name == CLICK_AND_WAIT:
            self.click = ""
            return
        for place in [module, *self.modules]:
            if name in place.functions:
                self._call(place, place.functions[name])
                return

    def _method(self, module: Module, call: ast.Call, name: str) -> None:
        is_enter = name == "press" and "Enter" in [getattr(argument, "value", "") for argument in call.args]
        if (name in CLICKS or is_enter) and UNFOLDS not in ast.unparse(call.func):
            self.click = f"{module.name} line {call.lineno}"
        elif name in WAITS:
            self.click = ""
        elif name in READS:
            self._read(module, call, name)
        for place in self.modules:
            # A method that hands on to the one of its name in another class is not called again: the other one is.
            if name in place.methods and place.methods[name] not in self.stack:
                self._call(place, place.methods[name])
                return

    def _read(self, module: Module, node: ast.Call | ast.Attribute, name: str) -> None:
        if self.click:
            finding = f"{module.name} line {node.end_lineno}: {name} reads at once after the click of {self.click}."
            self.findings.append(finding)
