"""Test what `from nnfp.speed import *` gives."""

import nnfp.speed


def test_a_star_import_gives_exactly_the_names_in_all() -> None:
    namespace: dict[str, object] = {}
    exec("from nnfp.speed import *", namespace)
    assert sorted(namespace.keys() - {"__builtins__"}) == sorted(nnfp.speed.__all__)


def test_every_name_that_the_package_imports_from_its_modules_is_public() -> None:
    own = [
        name
        for name, value in vars(nnfp.speed).items()
        if getattr(value, "__module__", "").startswith("nnfp.speed.")
    ]
    assert set(own) <= set(nnfp.speed.__all__)
    assert own
