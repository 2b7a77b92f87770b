"""Test what `from nnfp import *` gives."""

import nnfp


def test_a_star_import_gives_exactly_the_names_in_all() -> None:
    namespace: dict[str, object] = {}
    exec("from nnfp import *", namespace)
    assert sorted(namespace.keys() - {"__builtins__"}) == sorted(nnfp.__all__)
