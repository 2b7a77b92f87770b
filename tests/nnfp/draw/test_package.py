"""Test what `from nnfp.draw import *` gives."""

import nnfp.draw


def test_a_star_import_gives_exactly_the_names_in_all() -> None:
    namespace: dict[str, object] = {}
    exec("from nnfp.draw import *", namespace)
    assert sorted(namespace.keys() - {"__builtins__"}) == sorted(nnfp.draw.__all__)


def test_every_name_that_the_package_imports_from_its_modules_is_public() -> None:
    own = [
        name
        for name, value in vars(nnfp.draw).items()
        if getattr(value, "__module__", "").startswith("nnfp.draw.")
    ]
    assert set(own) <= set(nnfp.draw.__all__)
    assert own
