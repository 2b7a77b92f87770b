"""What the package itself offers."""

import nnfp


def test_a_star_gives_what_the_package_lists_and_nothing_else():
    given: dict[str, object] = {}
    exec("from nnfp import *", given)
    assert sorted(given.keys() - {"__builtins__"}) == sorted(nnfp.__all__)
