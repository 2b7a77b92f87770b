"""Test that names in a piece of Python are looked up without running it."""

import math
from types import SimpleNamespace

import pytest

from pages.prove.lookup import look_up


class Layer:
    """A class with attributes to look up, and a property that cannot be read."""

    weight = 5

    def __init__(self, size: int, *, bias: bool = True) -> None:
        self.size = size

    @property
    def broken(self) -> int:
        raise RuntimeError("not now")

    def __getitem__(self, key: object) -> object:
        raise OSError("not even this")


NAMES: dict[str, object] = {
    "net": SimpleNamespace(layer=Layer(2), sizes={"a": [1]}, log=math.log),
    "Layer": Layer,
    "x": [1, 2],
    "total": 3,
}


def reason(code: str) -> str:
    with pytest.raises(LookupError) as error:
        look_up(code, NAMES, ["math"])
    return str(error.value)


@pytest.mark.parametrize(
    "code",
    [
        "net.layer.weight",
        "net.sizes['a'][0] + total",
        "Layer(2, bias=False).weight",
        "Layer(*x)",
        "zip(x, x)",
        "sqrt(2)",
        "math.pi",
        "'abc'.upper",
        "[1, 2].append",
        "{}.items",
        "f'{total:.2f}'.strip",
        "(n := total) + n",
        "lambda q: q",
        "lambda q, *rest, k=total, **more: q.any + rest[0] + k + more['a']",
        "(lambda q: q)(q=total)",
        "[i for i in x]",
        "[i.real for i in x].append",
        "{i: j for i, j in zip(x, x) if i.real}",
        "sum(i * k for i in x for k in i)",
        "[last := i for i in x] + [last]",
        "[lambda i: i + total for _ in x]",
        "for i in x:\n    print(i)",
        "y = 2 * total\ny.missing",
        "net.new = 1",
        "net.sizes['b'] = 1",
        "def f(a, b=total):\n    c = a\n    return c + b\nf(1)",
        "class A(Layer):\n    size = 1\nA.size",
        "with open('x') as file:\n    file.read()",
        "try:\n    total\nexcept ValueError as error:\n    error.args",
        "match x:\n    case [a, *rest]:\n        a + rest",
        "import math, os.path as p\np.join",
        "from math import pi\npi",
        "from math import *",
        "import json.decoder",
        "",
    ],
)
def test_code_whose_free_names_exist_is_accepted(code: str) -> None:
    look_up(code, NAMES, ["math"])


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("nte", "nothing is named nte"),
        ("(lambda q: p)(q=1)", "nothing is named p"),
        ("(lambda q: q + total.wrong)(q=1)", "total has no wrong"),
        ("[i for i in y] + x", "nothing is named y"),
        ("[i for j in x] + x", "nothing is named i"),
        ("[i for i in i] + x", "nothing is named i"),
        ("[i for i in x] + [i]", "nothing is named i"),
        ("f'{totl}'", "nothing is named totl"),
        ("(n := m)", "nothing is named m"),
        ("y = totl", "nothing is named totl"),
        ("def f(a):\n    return b", "nothing is named b"),
        ("def f(a):\n    pass\na", "nothing is named a"),
        ("[].add", "[] has no add"),
        ("net.layr.new = 1", "net has no layr"),
        ("net.sizes['b']", "net.sizes has no 'b'"),
        ("net.layer[0]", "net.layer has no 0"),
        ("total[0]", "total has no 0"),
        ("Layer(2)[0]", "the value of Layer(2)[0] is known only when it runs"),
        ("net.layer.broken", "the value of net.layer.broken is known only when it runs"),
        ("net.log(2).real", "the value of net.log(2) is known only when it runs"),
        ("Layer(2, bais=True)", "Layer got an unexpected keyword argument 'bais'"),
        ("Layer(2, 3)", "Layer too many positional arguments"),
        ("total(1)", "total cannot be called"),
        ("__name__", "nothing is named __name__"),
        ("import mahts", "there is no module mahts"),
        ("import json.decoder.no", "there is no module json.decoder.no"),
        ("from math import pie", "math has no pie"),
        ("from . import x", "there is no module ."),
        ("for x in:", "it is not Python"),
        ("a\0", "it is not Python"),
    ],
)
def test_code_with_a_name_that_does_not_exist_is_rejected(code: str, why: str) -> None:
    assert reason(code).startswith(why)


@pytest.mark.parametrize("code", ["(" * 5000 + ")" * 5000, "x" + ".real" * 5000], ids=len)
def test_code_that_is_nested_too_deeply_is_rejected(code: str) -> None:
    assert reason(code) in ("it is nested too deeply", "it is not Python")


def test_looking_up_a_name_runs_no_code() -> None:
    ran: list[int] = []
    look_up("run(1)", {"run": ran.append}, [])
    assert ran == []


@pytest.mark.parametrize(
    "code", ["[i for i in items]", "{i for i in a if b}", "{k: v for k, v in d}", "lambda q: p"]
)
def test_comprehensions_or_lambdas_may_have_any_names(code: str) -> None:
    look_up(code, NAMES, ["math"])
