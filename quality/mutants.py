"""Mutants: the code of a module with one small fault planted in it, to see whether a test misses what was there.

A fault is planted in the body of a function. What a module declares outside its functions is not mutated.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
Function = ast.FunctionDef | ast.AsyncFunctionDef


Place = tuple[ast.AST, str, int | None]
"""Where a node stands: the node above it, by which field, and where in the list if that is one."""


@dataclass(frozen=True)
class Mutant:
    """One fault: the function that holds it, by the name that its code has, the words before and after, and the code
    of the function with the fault in it.
    """

    function: str
    line: int
    before: str
    after: str
    code: CodeType

    def __str__(self) -> str:
        return f"{self.line}: {self.function}: {self.before}  →  {self.after}"


def all_code(code: CodeType) -> Iterator[CodeType]:
    """Every piece of code that stands in this one, itself included."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from all_code(constant)


def mutants_of(source: str, file: str) -> Iterator[Mutant]:
    """Every mutant of a module, from the top down."""
    for name, function, alone in functions_of(ast.parse(source)):
        for place, node in list(_in_body(function)):
            for fault in faults(node):
                before = _words(node)
                line = _line(node, function)
                _put(place, fault)
                whole = compile(ast.fix_missing_locations(alone), file, "exec", dont_inherit=True)
                _put(place, node)
                code = next(code for code in all_code(whole) if code.co_qualname == name)
                yield Mutant(name, line, before, _words(fault), code)


def functions_of(tree: ast.Module) -> Iterator[tuple[str, Function, ast.Module]]:
    """The functions and methods that stand in no other function, by the name that their code has, each also as a module
    in which nothing else stands: that one takes less time to compile.
    """

    def look(body: list[ast.stmt], around: tuple[ast.ClassDef, ...]) -> Iterator[tuple[str, Function, ast.Module]]:
        for node in body:
            if isinstance(node, ast.ClassDef):
                yield from look(node.body, (*around, node))
            elif isinstance(node, Function):
                alone: ast.stmt = node
                for owner in reversed(around):
                    alone = ast.ClassDef(name=owner.name, bases=[], keywords=[], body=[alone], decorator_list=[])
                yield ".".join([*(owner.name for owner in around), node.name]), node, ast.Module([alone], [])

    return look(tree.body, ())


def _in_body(function: Function) -> Iterator[tuple[Place, ast.AST]]:
    """Every node that runs when the function is called, with where it stands."""
    todo: list[tuple[Place, ast.AST]] = [((function, "body", at), node) for at, node in enumerate(function.body)]
    while todo:
        place, node = todo.pop(0)
        if _is_docstring(node):
            continue
        yield place, node
        below: list[tuple[Place, ast.AST]] = []
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.AST):
                below.append(((node, name, None), value))
            elif isinstance(value, list):
                below += [((node, name, at), found) for at, found in enumerate(value) if isinstance(found, ast.AST)]
        todo[:0] = below


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _put(place: Place, node: ast.AST) -> None:
    above, name, at = place
    if at is None:
        setattr(above, name, node)
    else:
        getattr(above, name)[at] = node


def faults(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand instead of a node."""
    maker = MAKERS.get(type(node))
    if maker is not None:
        yield from maker(node)


def _compare(node: ast.Compare) -> Iterator[ast.AST]:
    for place, operator in enumerate(node.ops):
        other = copy.deepcopy(node)
        other.ops[place] = COMPARISONS[type(operator)]()
        yield other


def _both_or_one(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _without_not(node: ast.UnaryOp) -> Iterator[ast.AST]:
    if isinstance(node.op, ast.Not):
        yield node.operand


def _operator(node: ast.BinOp) -> Iterator[ast.AST]:
    if type(node.op) in OPERATORS:
        yield ast.BinOp(node.left, OPERATORS[type(node.op)](), node.right)


def _constant(node: ast.Constant) -> Iterator[ast.AST]:
    if isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node.value, int):
        yield ast.Constant(node.value + 1)
    elif isinstance(node.value, str):
        yield ast.Constant(f"{node.value}?")


def _condition(node: ast.If | ast.IfExp) -> Iterator[ast.AST]:
    # A comparison or a “not” is turned round by itself.
    if not isinstance(node.test, ast.Compare | ast.UnaryOp):
        other = copy.copy(node)
        other.test = ast.UnaryOp(ast.Not(), node.test)
        yield other


def _filters(node: ast.comprehension) -> Iterator[ast.AST]:
    for place in range(len(node.ifs)):
        other = copy.copy(node)
        other.ifs = node.ifs[:place] + node.ifs[place + 1 :]
        yield other


def _return(node: ast.Return) -> Iterator[ast.AST]:
    if node.value is not None and not isinstance(node.value, ast.Constant):
        yield ast.Return(ast.Constant(None))


def _statement(node: ast.Expr | ast.AugAssign) -> Iterator[ast.AST]:
    # A generator without its yield is no generator.
    if not isinstance(node.value, ast.Yield | ast.YieldFrom):
        yield ast.Pass()


def _loop(node: ast.Continue | ast.Break) -> Iterator[ast.AST]:
    yield ast.Break() if isinstance(node, ast.Continue) else ast.Continue()


MAKERS: dict[type[ast.AST], Callable[..., Iterator[ast.AST]]] = {
    ast.Compare: _compare,
    ast.BoolOp: _both_or_one,
    ast.UnaryOp: _without_not,
    ast.BinOp: _operator,
    ast.Constant: _constant,
    ast.If: _condition,
    ast.IfExp: _condition,
    ast.comprehension: _filters,
    ast.Return: _return,
    ast.Expr: _statement,
    ast.AugAssign: _statement,
    ast.Continue: _loop,
    ast.Break: _loop,
}


def _line(node: ast.AST, function: Function) -> int:
    target = node.target if isinstance(node, ast.comprehension) else node
    return int(getattr(target, "lineno", function.lineno))


def _words(node: ast.AST, longest: int = 90) -> str:
    words = " ".join(ast.unparse(node).split())
    return words if len(words) <= longest else f"{words[: longest - 1]}…"
