"""Test the figure of a transformer that finishes a name."""

import re

import pytest
import torch
from torch import Tensor

from nnfp import draw
from nnfp.attention import Transformer, attention_weights, trained_transformer
from nnfp.draw import Picture
from nnfp.letters import LETTERS, windows
from tests.nnfp.draw.figures import SVG, attribute, elements, texts


@pytest.fixture(scope="session")
def net() -> Transformer:
    return trained_transformer()


def rects(picture: Picture, name: str) -> list[dict[str, float]]:
    """Return the place, size and shade of each rectangle in a part."""
    [group] = [one for one in elements(picture, "g") if one.get("data-part") == name]
    found = []
    for rect in group.iter(f"{SVG}rect"):
        places = {key: float(attribute(rect, key)) for key in ("x", "y", "width", "height")}
        [shade] = re.findall(r"fill-opacity: ([\d.]+)", attribute(rect, "style"))
        found.append(places | {"shade": float(shade)})
    return found


def text_of(picture: Picture, name: str) -> list[str]:
    [group] = [one for one in elements(picture, "g") if one.get("data-part") == name]
    return ["".join(text.itertext()) for text in group.iter(f"{SVG}text")]


def probabilities(net: Transformer, start: str) -> Tensor:
    letters = windows([start], size=1)[0].flatten()
    with torch.no_grad():
        return torch.softmax(net(letters)[-1], 0)


def test_a_cell_is_as_dark_as_the_last_letter_attends_to_its_letter(net: Transformer) -> None:
    picture = draw.finishing(net, "anna")
    x = windows(["anna"], size=1)[0].flatten()
    rows = net.embedding(x) + net.position.weight[:5]
    for i, block in enumerate(net.blocks, 1):
        query, key, _ = block.attention.split(block.norm1(rows))  # type: ignore[operator]
        weights = attention_weights(query, key, is_causal=True)
        for j in range(4):
            _, *cells = rects(picture, f"head-{i}-{j + 1}")
            shades = [cell["shade"] for cell in cells]
            assert shades == pytest.approx(weights[j, -1].tolist(), abs=0.0051)
        rows = block(rows)


def test_a_network_without_a_mask_attends_without_one(net: Transformer) -> None:
    other = trained_transformer()
    for block in other.blocks:
        block.attention.is_causal = False  # type: ignore[union-attr]
    # The last letter has no later ones; those before it let it see something else in block 2.
    one, two = draw.finishing(net, "anna"), draw.finishing(other, "anna")
    assert rects(one, "head-1-1") == rects(two, "head-1-1")
    assert rects(one, "head-2-1") != rects(two, "head-2-1")


def test_a_letter_is_above_the_middle_of_its_cells(net: Transformer) -> None:
    for start in ("", "jo", "elizabethannmar"):
        picture = draw.finishing(net, start)
        places = [
            float(attribute(text, "x"))
            for group in elements(picture, "g")
            if attribute(group, "data-part").startswith("letter-")
            for text in group.iter(f"{SVG}text")
        ]
        frame, *cells = rects(picture, "head-2-4")
        middles = [cell["x"] + cell["width"] / 2 for cell in cells]
        assert places == pytest.approx(middles, abs=0.11)
        assert frame["x"] < cells[0]["x"] and len(cells) == len(start) + 1
        assert cells[-1]["x"] + cells[-1]["width"] < frame["x"] + frame["width"] <= 476
        assert [text_of(picture, f"letter-{k}") for k in range(len(cells))] == [
            [c] for c in f".{start}"
        ]
        assert text_of(picture, "who") == [f"{f'.{start}'[-1]} attends to"]


def test_heads_are_in_the_order_of_their_blocks(net: Transformer) -> None:
    picture = draw.finishing(net, "a")
    tops = [rects(picture, f"head-{i}-{j}")[0]["y"] for i in (1, 2) for j in (1, 2, 3, 4)]
    assert tops == sorted(tops) and tops[4] - tops[3] > tops[1] - tops[0] >= 20
    written = [text for text in texts(picture) if "block" in text or "head" in text]
    heads = [f"head {j}" for j in (1, 2, 3, 4)]
    assert written == ["block 1", *heads, "block 2", *heads]


def test_a_bar_is_as_high_as_its_probability_compared_with_the_largest(net: Transformer) -> None:
    shares = probabilities(net, "mar")
    picture = draw.finishing(net, "mar")
    bars = [rects(picture, f"next-{i}")[0] for i in range(27)]
    heights = [bar["height"] for bar in bars]
    assert heights == pytest.approx((64 * shares / shares.max()).tolist(), abs=0.051)
    assert len({round(bar["y"] + bar["height"]) for bar in bars}) == 1
    assert [text_of(picture, f"next-{i}") for i in range(27)] == [[letter] for letter in LETTERS]
    across = [bar["x"] for bar in bars]
    assert across == sorted(across)


def test_the_title_names_the_three_likeliest_letters() -> None:
    net = Transformer()
    with torch.no_grad():
        net.head.get_parameter("weight").zero_()
        net.head.get_parameter("bias").copy_(torch.zeros(27))
        net.head.get_parameter("bias")[[0, 26, 9]] = torch.tensor([8.0, 7.0, 6.0])
    picture = draw.finishing(net, "al")
    assert picture.title == "After al, the likeliest are the end with 66%, z with 24% and i with 8%"
    assert draw.finishing(net, "").title.startswith("At the start, the likeliest are the end with")
    assert text_of(picture, "share") == ["66%"]


@pytest.mark.parametrize("letter", [0, 13, 26])
def test_the_largest_probability_is_written_above_its_bar(letter: int) -> None:
    net = Transformer()
    with torch.no_grad():
        net.head.get_parameter("bias")[letter] = 20
    picture = draw.finishing(net, "al")
    [share] = [one for one in elements(picture, "text") if one.text == "99%"]
    [bar] = rects(picture, f"next-{letter}")
    assert float(attribute(share, "y")) < bar["y"]
    assert abs(float(attribute(share, "x")) - bar["x"] - bar["width"] / 2) < 13
    faint = [
        "fill-opacity" not in attribute(text, "style")
        for text in elements(picture, "text")
        if (text.text or "") in LETTERS and float(attribute(text, "y")) > bar["y"]
    ]
    assert faint == [i == letter for i in range(27)]


def test_networks_of_other_sizes_are_drawn() -> None:
    picture = draw.finishing(Transformer(dim=12, heads=2, blocks=5), "max")
    assert len([name for name in texts(picture) if name.startswith("head")]) == 10


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ("Mar", "expected a name of the letters a to z, got 'Mar'"),
        ("m.", "expected a name of the letters a to z, got 'm.'"),
        ("a" * 16, "expected at most 15 letters, got 16: 'aaaaaaaaaaaaaaaa'"),
    ],
)
def test_another_start_is_rejected(net: Transformer, start: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        draw.finishing(net, start)


def test_more_letters_than_the_network_has_positions_are_rejected() -> None:
    with pytest.raises(ValueError, match="expected at most 4 letters"):
        draw.finishing(Transformer(size=4), "abcdef")


def test_too_many_heads_are_rejected() -> None:
    with pytest.raises(ValueError, match="expected 1 to 10 heads in a picture, got 12"):
        draw.finishing(Transformer(blocks=3), "a")
