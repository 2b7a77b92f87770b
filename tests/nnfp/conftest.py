"""Start each test of the package from the same random numbers, whichever tests ran before it."""

import pytest
import torch


@pytest.fixture(autouse=True)
def same_random_numbers() -> None:
    torch.manual_seed(0)
