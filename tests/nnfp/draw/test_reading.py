"""Test the figure of a network that reads a digit."""

import re

import pytest
import torch
from torch import Tensor

from nnfp import MLP, draw
from nnfp.draw import Picture
from nnfp.draw._reading import percent
from tests.nnfp.draw.figures import SVG, attribute, elements, texts


@pytest.fixture
def net() -> MLP:
    torch.manual_seed(0)
    return MLP([64, 64, 10])


@pytest.fixture
def image() -> Tensor:
    torch.manual_seed(1)
    return torch.rand(8, 8)


def read(net: MLP, image: Tensor) -> Tensor:
    """Return the ten probabilities."""
    logits: Tensor = net(image.flatten())
    return logits.softmax(0)


def part(picture: Picture, name: str, attribute_name: str) -> list[float]:
    """Return an attribute of each rectangle in a part, or the opacity in its style."""
    [group] = [one for one in elements(picture, "g") if one.get("data-part") == name]
    found: list[str] = []
    for rect in group.iter(f"{SVG}rect"):
        opacity = re.findall(r"fill-opacity: ([\d.]+)", attribute(rect, "style"))
        found += opacity if attribute_name == "opacity" else [attribute(rect, attribute_name)]
    return [float(value) for value in found]


def test_a_cell_of_the_image_is_as_dark_as_its_number(net: MLP, image: Tensor) -> None:
    shown = part(draw.reading(net, image), "image", "opacity")
    assert shown == pytest.approx(image.flatten().tolist(), abs=0.0051)
    assert draw.reading(net, image.flatten()) == draw.reading(net, image.tolist())


def test_the_cells_of_the_image_are_in_rows_of_eight(net: MLP, image: Tensor) -> None:
    picture = draw.reading(net, image)
    across, down = part(picture, "image", "x"), part(picture, "image", "y")
    assert across[:8] == across[8:16] == sorted(across[:8])
    assert len(set(down[:8])) == 1 and down[8] - down[0] == across[1] - across[0]


def test_the_strongest_hidden_activation_is_the_darkest(net: MLP, image: Tensor) -> None:
    hidden: Tensor = net.layers[0](image.flatten()).relu()
    shown = part(draw.reading(net, image), "hidden", "opacity")
    assert shown == pytest.approx((hidden / hidden.max()).tolist(), abs=0.0051)
    assert max(shown) == 1 and min(shown) == 0


def test_silent_hidden_neurons_are_pale(net: MLP) -> None:
    with torch.no_grad():
        net.layers[0].get_parameter("bias").fill_(-100)
    assert set(part(draw.reading(net, torch.zeros(64)), "hidden", "opacity")) == {0}


def test_a_bar_is_as_long_as_its_probability(net: MLP, image: Tensor) -> None:
    probabilities = read(net, image).tolist()
    picture = draw.reading(net, image)
    bars = [part(picture, f"digit-{digit}", "width") for digit in range(10)]
    expected = [[60 * probability] for probability in probabilities]
    assert bars == [pytest.approx(one, abs=0.051) for one in expected]
    down = [part(picture, f"digit-{digit}", "y")[0] for digit in range(10)]
    assert down == sorted(down)


def test_only_the_chosen_digit_shows_its_probability(net: MLP, image: Tensor) -> None:
    with torch.no_grad():
        net.layers[1].get_parameter("bias")[4] = 5
    picture = draw.reading(net, image)
    share = percent(read(net, image)[4].item())
    assert texts(picture) == [
        *("8 × 8 pixels", "64 hidden", "probabilities"),
        *map(str, range(10)),
        share,
    ]
    assert picture.title.endswith(f"64 hidden activations and ten probabilities: 4 with {share}")


def test_a_hidden_layer_may_be_smaller(image: Tensor) -> None:
    picture = draw.reading(MLP([64, 20, 10]), image)
    assert len(part(picture, "hidden", "opacity")) == 20
    assert "20 hidden activations" in picture.title


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.5, "50%"), (0.989, "98%"), (0.9999, "99%"), (1.0, "99%"), (0.101, "10%")],
)
def test_a_percentage_never_claims_more_than_there_is(probability: float, text: str) -> None:
    assert percent(probability) == text


@pytest.mark.parametrize("sizes", [[64, 10], [64, 65, 10], [63, 64, 10], [64, 64, 9]])
def test_another_network_is_rejected(sizes: list[int]) -> None:
    message = f"expected a network of 64, up to 64, and 10 neurons, got {sizes}"
    with pytest.raises(ValueError, match=re.escape(message)):
        draw.reading(MLP(sizes), torch.zeros(64))


def test_another_shape_of_image_is_rejected(net: MLP) -> None:
    message = "expected an image of 8 × 8 or 64 numbers, got shape (4, 16)"
    with pytest.raises(ValueError, match=re.escape(message)):
        draw.reading(net, torch.zeros(4, 16))


@pytest.mark.parametrize("number", [-0.1, 1.1, 16, float("nan")])
def test_an_image_with_other_numbers_is_rejected(net: MLP, image: Tensor, number: float) -> None:
    image[3, 3] = number
    message = f"expected an image with numbers from 0 to 1, got {number:g}"
    with pytest.raises(ValueError, match=re.escape(message)):
        draw.reading(net, image)
