"""How much of the house is typed: `Any` is for what comes from outside, and stays rare."""

import ast

from tests.test_sizes import ours

SHARE = 0.05  # of the functions outside tests


def untyped(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether its signature says Any."""
    every = node.args.posonlyargs + node.args.args + node.args.kwonlyargs
    some = [one for one in (node.args.vararg, node.args.kwarg) if one is not None]
    said = [one.annotation for one in every + some] + [node.returns]
    names = [part for one in said if one is not None for part in ast.walk(one)]
    return any(isinstance(part, ast.Name) and part.id == "Any" for part in names)


def test_any_is_rare() -> None:
    functions = [
        node
        for _, text in ours(tests=False)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    assert sum(map(untyped, functions)) / len(functions) < SHARE


def test_any_is_seen_wherever_a_signature_can_say_it() -> None:
    """The negative control."""
    for signature in ("f(x: Any)", "f(*x: list[Any])", "f(*, x: Any = 1)", "f() -> dict[str, Any]"):
        (function,) = ast.parse(f"def {signature}: ...".replace(": ...", ":\n    ...", 1)).body
        assert isinstance(function, ast.FunctionDef) and untyped(function)
    (typed,) = ast.parse("def f(x: int) -> str:\n    y: Any = 1\n    return ''").body
    assert isinstance(typed, ast.FunctionDef) and not untyped(typed)
