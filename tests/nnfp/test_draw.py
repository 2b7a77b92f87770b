import math
import os
import re
import subprocess
import sys
from dataclasses import FrozenInstanceError
from functools import partial
from itertools import combinations
from xml.etree import ElementTree

import matplotlib as mpl
import pytest
import torch
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from torch import nn

import nnfp
from nnfp import MLP, Net, _svg, all_at_once, draw
from nnfp.neuron import neuron

SVG = "{http://www.w3.org/2000/svg}"
# As many digits as a number is ever shown with, sign and all.
LONG = -0.1234

PICTURES = {
    **{f"neuron {n}": partial(draw.neuron, [1] * n, [-5] * n, 3) for n in range(1, 6)},
    **{
        f"long neuron {n}": partial(draw.neuron, [LONG] * n, [-0.9876] * n, LONG)
        for n in range(1, 6)
    },
    **{
        f"layer {n} to {m}": partial(draw.layer, [1] * n, [[-5] * n] * m, [3] * m)
        for n in range(1, 5)
        for m in range(1, 5)
    },
    **{
        f"long layer {n}": partial(
            draw.layer, [LONG] * n, [[-0.9876] * n] * 4, [LONG] * 4, torch.sigmoid
        )
        for n in range(1, 5)
    },
    **{
        f"matmul {b} {n} {m}": partial(draw.matmul, [[-19] * n] * b, [[5] * n] * m)
        for b, n, m in ((1, 1, 1), (2, 2, 2), (3, 2, 1), (1, 5, 3), (5, 1, 5), (5, 5, 5))
    },
    "long matmul": partial(draw.matmul, [[LONG] * 5] * 5, [[LONG] * 5] * 5),
    "network": partial(draw.network, [2, 4, 4, 1]),
    "wide network": partial(draw.network, [784, 128, 64, 10]),
    "long network": partial(draw.network, [10000, 7, 6, 5, 4, 3, 2, 10000]),
    "smallest network": partial(draw.network, [1, 1]),
    "losses": partial(draw.losses, {"SGD": [346.5] * 10, "Solved": [346.5] + [0.0] * 9}),
    "losses that end alike": partial(draw.losses, {name: [3, 1, LONG] for name in "abcd"}),
    "losses on a log scale": partial(
        draw.losses, {"SGD": [0.99**i for i in range(1000)]}, log=True
    ),
    "losses with wide names": partial(
        draw.losses, {"momentum": [9, 1], "WWWWWW": [3, 1], "AdamW": [2, 1], "x" * 24: [1, 1]}
    ),
    "landscape": partial(
        draw.landscape, range(1, 11), range(3, 33, 3), [(1, 0), (2.5, 0.2), (2.9, 0.3)], (3, 0)
    ),
    "landscape of another task": partial(
        draw.landscape, [-1, 1], [[2], [0]], [(-3, 9)], (-1, 1), (2,), (-4, 0), (0, 10)
    ),
    "landscape with more lines than names": partial(
        draw.landscape, range(1, 11), range(3, 33, 3), [(1, 0)], (3, 0), range(20, 100, 4)
    ),
    "one loss": partial(draw.losses, {"a < b & c": [0]}, ylabel="error <1>"),
}


@pytest.fixture(scope="module", params=PICTURES)
def picture(request):
    return PICTURES[request.param]()


def elements(picture, name):
    return list(ElementTree.fromstring(picture.svg).iter(f"{SVG}{name}"))


def texts(picture, color=None):
    """What the picture shows: all its texts, or those of one colour."""
    if color is None:
        return ["".join(text.itertext()) for text in elements(picture, "text")]
    return [t.text for t in elements(picture, "tspan") if f"--nnfp-{color}" in t.get("style")]


def boxes(picture):
    """The box around each text, measured in a font that is wider than most."""
    for element in elements(picture, "text"):
        content, style = "".join(element.itertext()), element.get("style")
        size = float((re.findall(r"font-size: (\d+)px", style) or ["16"])[0])
        font = FontProperties(family="DejaVu Sans", size=size)
        width, _, _ = text_to_path.get_text_width_height_descent(content, font, ismath=False)
        back = {"start": 0, "middle": width / 2, "end": width}
        left = float(element.get("x")) - back[re.findall("text-anchor: ([a-z]+)", style)[0]]
        bottom = float(element.get("y"))
        yield content, left, bottom - 0.75 * size, left + width, bottom


def overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_a_picture_is_svg_with_a_role_a_title_and_a_view_box(picture):
    root = ElementTree.fromstring(picture.svg)
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root[0].tag == f"{SVG}title"
    assert root[0].text == picture.title
    assert root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}"


def test_no_text_covers_another_or_leaves_the_picture(picture):
    height = float(ElementTree.fromstring(picture.svg).get("height"))
    placed = list(boxes(picture))
    assert placed
    for content, left, top, right, bottom in placed:
        assert left >= 0 and right <= 480 and top >= 0 and bottom <= height, content
    for (one, *box), (other, *other_box) in combinations(placed, 2):
        assert not overlap(box, other_box), f"{one} covers {other}"


def circles(picture):
    """The boxes around the circles with numbers, which are as wide as the numbers need."""
    for node in elements(picture, "rect"):
        if node.get("rx") == "26":
            x, y, width, height = (float(node.get(k)) for k in ("x", "y", "width", "height"))
            yield x, y, x + width, y + height


def test_no_circle_covers_another_and_no_weight_reaches_into_one(picture):
    for one, other in combinations(circles(picture), 2):
        assert not overlap(one, other)
    weights = set(texts(picture, "weight"))
    for content, *box in boxes(picture):
        if content in weights:
            assert not any(overlap(box, circle) for circle in circles(picture)), content


def test_letters_are_at_least_11_pixels_high_on_a_phone(picture):
    assert elements(picture, "svg")[0].get("width") == "480"
    sizes = [int(size) for size in re.findall(r"font-size: (\d+)px", picture.svg)]
    assert sizes and min(sizes) * 340 / 480 >= 11


def test_every_colour_is_the_text_colour_or_a_variable_with_a_fallback(picture):
    fallbacks = {"input": "#c23b00", "weight": "#00786a", "plate": "#fff"}
    allowed = {"none", "currentColor"} | {f"var(--nnfp-{k}, {v})" for k, v in fallbacks.items()}
    assert set(re.findall(r"(?:fill|stroke): ([^;\"]+)", picture.svg)) <= allowed
    assert not re.search(r'(fill|stroke|color)="', picture.svg)


def test_a_picture_in_a_page_leaves_the_page_and_other_pictures_alone(picture):
    assert not re.search(r'\b(id|class|href)="|<script|url\(', picture.svg)
    [style] = elements(picture, "style")
    assert picture.svg.count("font-family") == style.text.count("font-family")
    assert re.fullmatch(r"svg:root \{[^{}]+\}", style.text)


def test_a_difference_between_two_pictures_can_be_read_line_by_line(picture):
    assert "\r" not in picture.svg and picture.svg.endswith("</svg>\n")
    for line in picture.svg.splitlines():
        assert len(re.findall("<(?!/|tspan)", line)) <= 1


def test_a_neuron_shows_the_numbers_that_the_neuron_computes():
    x, w, b = [0.5, -2.0, 3.0], [5.0, 7.0, -4.0], 1.0
    picture = draw.neuron(x, w, b, torch.tanh)
    total, output = neuron(x, w, b, lambda z: z), neuron(x, w, b, torch.tanh)
    assert texts(picture)[:10] == [
        *["5", "7", "−4"],
        "0.5",
        "−2",
        "3",
        "−22.5",
        "−1",
        "bias 1",
        "inputs",
    ]
    assert total.item() == -22.5 and round(output.item(), 3) == -1
    assert texts(picture)[-1] == "0.5·5 + (−2)·7 + 3·(−4) + 1 = −22.5"


@pytest.mark.parametrize(
    ("weights", "total", "output"), [([5, 7], "19", "19"), ([5, -7], "−9", "0")]
)
def test_a_neurons_sum_and_output_stand_in_circles(weights, total, output):
    shown = texts(draw.neuron([1, 2], weights))
    assert shown[2:6] == ["1", "2", total, output]


def test_a_changed_neuron_changes_its_picture(monkeypatch):
    monkeypatch.setattr(draw, "compute_neuron", lambda x, w, b, activation: torch.tensor(123.0))
    shown = texts(draw.neuron([1, 2], [5, 7]))
    assert shown.count("123") == 2 and "19" not in shown


def test_a_changed_layer_changes_its_pictures(monkeypatch):
    monkeypatch.setattr(draw, "all_at_once", lambda *args: 0 * all_at_once(*args) + 123)
    assert texts(draw.layer([1, 2], [[5, 7], [6, 8]])).count("123") == 4
    assert texts(draw.matmul([[1, 2], [3, 4]], [[5, 7], [6, 8]])).count("123") == 4


def test_a_layer_shows_each_weight_on_its_edge():
    picture = draw.layer([1, 2], [[5, 7], [6, 8]])
    assert texts(picture, "weight") == ["5", "7", "6", "8"]
    assert texts(picture, "input") == ["1", "2"]
    edges = [line for line in elements(picture, "line") if "weight" in line.get("style")]
    placed = {content: box for content, *box in boxes(picture)}
    for weight, edge in zip(["5", "7", "6", "8"], edges, strict=True):
        x1, y1, x2, y2 = (float(edge.get(name)) for name in ("x1", "y1", "x2", "y2"))
        left, top, right, bottom = placed[weight]
        share = ((left + right) / 2 - x1) / (x2 - x1)
        assert y1 + share * (y2 - y1) == pytest.approx((top + bottom) / 2, abs=1)


def test_a_layer_shows_the_numbers_that_the_layer_computes():
    z, weight = torch.tensor([1.0, 2.0]), torch.tensor([[5.0, 7.0], [6.0, 8.0]])
    bias = torch.tensor([-20.0, 0.5])
    shown = texts(draw.layer(z, weight, bias))
    outputs = all_at_once(z, weight, bias).tolist()
    assert outputs == [0.0, 22.5]
    assert shown[6:12] == ["−1", "0", "bias −20", "22.5", "22.5", "bias 0.5"]


def test_an_activation_is_drawn_from_its_own_values():
    relu, steep = draw.neuron([1], [1]), draw.neuron([1], [1], activation=lambda z: z)
    graphs = [elements(picture, "path")[0].get("d") for picture in (relu, steep)]
    points = [[float(n) for n in re.findall(r"[\d.]+", graph)] for graph in graphs]
    assert points[0][1::2].count(points[0][1]) == 9, "ReLU is flat up to 0"
    assert len(set(points[1][1::2])) == 17, "a straight line is nowhere flat"


def test_the_graph_of_an_activation_has_the_height_of_its_box_however_flat_it_is():
    flat, steep = (draw.neuron([1], [1], activation=lambda z, by=by: z * by) for by in (0.01, 1))
    assert elements(flat, "path")[0].get("d") == elements(steep, "path")[0].get("d")


def test_an_activation_with_a_long_name_has_no_heading():
    def ninechars(z):
        return z

    assert "tanh" in texts(draw.neuron([1], [1], activation=torch.tanh))
    shown = texts(draw.neuron([1], [1], activation=ninechars))
    assert shown[-5:-1] == ["input", "weight", "sum", "output"]


def test_a_bias_may_be_a_list_of_one_number():
    assert draw.neuron([1, 2], [5, 7], [3]) == draw.neuron([1, 2], [5, 7], 3)


def test_a_product_shows_both_matrices_and_the_result():
    picture = draw.matmul([[1, 2], [3, 4]], [[5, 7], [6, 8]])
    assert texts(picture) == [
        *["Z", "1", "2", "3", "4", "2 samples", "× 2 inputs", "·"],
        *["Wᵀ", "5", "6", "7", "8", "2 inputs", "× 2 neurons", "="],
        *["Z Wᵀ", "19", "22", "43", "50", "2 samples", "× 2 neurons"],
        "1·5 + 2·7 = 19",
    ]


def test_a_product_outlines_the_row_the_column_and_their_result():
    picture = draw.matmul([[1, 2], [3, 4]], [[5, 7], [6, 8]])
    outlines = [
        [float(rect.get(name)) for name in ("x", "y", "width", "height")]
        for rect in elements(picture, "rect")
    ]
    inside = [
        [
            content
            for content, left, top, right, bottom in boxes(picture)
            if x < left and y < top and right < x + width and bottom < y + height
        ]
        for x, y, width, height in outlines
    ]
    assert inside == [["1", "2"], ["5", "7"], ["19"]]


def test_numbers_may_be_parameters_integers_or_of_any_precision():
    picture = draw.layer([1, 2], [[5, 7], [6, 8]])
    for dtype in (torch.int64, torch.bfloat16, torch.float64):
        weight = torch.tensor([[5, 7], [6, 8]], dtype=dtype)
        assert draw.layer(torch.tensor([1, 2], dtype=dtype), weight) == picture
    parameter = nn.Parameter(torch.tensor([[5.0, 7.0], [6.0, 8.0]]))
    assert draw.layer([1, 2], parameter, activation=nn.ReLU()) == picture


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        *[(19.0, "19"), (-0.0, "0"), (1 / 3, "0.3333"), (-22.04, "−22.04"), (9999.6, "10000")],
        *[
            (1e4, "10000"),
            (12345, "12345"),
            (999999.9, "1000000"),
            (1e6, "10⁶"),
            (-1e-4, "−10⁻⁴"),
            (-2e-7, "−2×10⁻⁷"),
        ],
        *[(math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "nan")],
    ],
)
def test_a_number_is_written_as_a_person_would(value, shown):
    assert texts(draw.matmul([[value]], [[1]]))[1] == shown


def test_a_coordinate_has_a_tenth_of_a_pixel_and_no_minus_before_zero():
    assert [_svg.coord(value) for value in (0.26, -0.04, 12.0)] == ["0.3", "0", "12"]


def test_a_letter_is_taken_to_be_wider_than_a_dot_and_narrower_than_a_plus():
    for letter in "aMx1":
        assert _svg.text_width(".") < _svg.text_width(letter) < _svg.text_width("+")


def test_a_network_is_a_column_of_circles_for_each_layer():
    circles = elements(draw.network([2, 4, 3]), "circle")
    columns = [circle.get("cx") for circle in circles if circle.get("r") == "14"]
    assert [columns.count(x) for x in dict.fromkeys(columns)] == [2, 4, 3]
    assert [text for text in texts(draw.network([2, 4, 3])) if text.isdigit()] == ["2", "4", "3"]


def test_a_wide_layer_is_drawn_with_dots():
    for count, dots in ((6, 0), (7, 3), (784, 3)):
        circles = elements(draw.network([count, 1]), "circle")
        assert sum(circle.get("r") == "1.5" for circle in circles) == dots


def test_a_network_is_drawn_from_its_linear_layers():
    assert draw.network(MLP([2, 8, 1])) == draw.network([2, 8, 1])
    assert draw.network(Net()) == draw.network([1, 1])
    torchs = nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 10))
    assert draw.network(torchs) == draw.network([784, 64, 10])


def test_each_curve_is_named_at_its_end_and_drawn_in_its_own_way():
    picture = draw.losses({"SGD": [9, 4, 1], "Solved": [9, 0, 0]})
    curves = [
        (path.get("d").split()[-2:], path.get("style"))
        for path in elements(picture, "path")
        if "stroke-width: 2" in path.get("style")
    ]
    assert len(curves) == 2
    assert ("dasharray" in curves[0][1], "dasharray" in curves[1][1]) == (False, True)
    placed = {content: box for content, *box in boxes(picture)}
    for name, ((x, y), _) in zip(("SGD", "Solved"), curves, strict=True):
        left, top, _, bottom = placed[name]
        assert 5 < left - float(x) < 20
        assert (top + bottom) / 2 == pytest.approx(float(y), abs=4)


def test_the_name_of_a_curve_that_ends_early_stands_above_the_axis_and_not_on_it():
    picture = draw.losses({"short": [3, 0], "long": [3, 2, 1]})
    (axis,) = [path for path in elements(picture, "path") if "width: 1.5" in path.get("style")]
    height = float(axis.get("d").split()[-1])
    placed = {content: box for content, *box in boxes(picture)}
    assert 0 < height - placed["short"][3] < 8


def landscape(**changes):
    x = torch.arange(1.0, 11.0)
    options = {"x": x, "target": 3 * x, "path": [(1, 0), (2, 3)], "answer": (3, 0)} | changes
    return draw.landscape(**options)


def places(picture, name):
    """Where the paths of a landscape go, as weights and biases: of those whose style has a word."""
    for path in elements(picture, "path"):
        if name in path.get("style"):
            xs_and_ys = [float(n) for n in re.findall(r"[\d.]+", path.get("d").replace("h 0", ""))]
            places = zip(xs_and_ys[::2], xs_and_ys[1::2], strict=True)
            yield [((x - 48) / 416 * 6 - 1, (304 - y) / 270 * 8 - 4) for x, y in places]


def test_lines_of_a_landscape_are_where_the_loss_is_as_they_say():
    x = torch.arange(1.0, 11.0)
    lines = list(places(landscape(), "stroke-width: 1; stroke-opacity: 0.5"))
    assert len(lines) == 6
    for level, line in zip((1, 10, 50, 100, 200, 300), lines, strict=True):
        assert 10 < len(line) < 100, "without those that lie between two others"
        for weight, bias in line:
            loss = (neuron(x[:, None], [weight], bias) - 3 * x).square().mean().item()
            # A coordinate is exact to a twentieth of a pixel; so far can the loss be off.
            assert loss == pytest.approx(level, rel=0.02, abs=0.1)


def test_the_names_of_lines_stand_where_there_is_room_from_the_left():
    crowded = PICTURES["landscape with more lines than names"]()
    assert texts(crowded)[-8:-2] == ["96", "60", "32", "20", "40", "68"]
    assert texts(landscape(levels=(20,)))[-4:-2] == ["20", "20"], "on both sides of the valley"


def test_a_landscape_has_few_round_marks_at_its_edges():
    marks = texts(landscape(weights=(-1, 6), biases=(-4, 3)))[:8]
    assert marks == ["0", "2", "4", "6", "−4", "−2", "0", "2"]


def test_a_landscape_is_tinted_where_the_neuron_is_silent():
    [outline] = places(landscape(), "fill-opacity: 0.08")
    assert len(outline) < 12
    for weight, bias in outline:
        edge = weight == pytest.approx(-1, abs=0.01) or bias == pytest.approx(-4, abs=0.01)
        assert edge or max(weight + bias, 10 * weight + bias) == pytest.approx(0, abs=0.05)
    assert "flat" in texts(landscape())
    above = landscape(biases=(2, 4), path=[(1, 3)], answer=(2.5, 2))
    assert "flat" not in texts(above) and not list(places(above, "fill-opacity: 0.08"))


def test_a_path_on_a_landscape_goes_where_it_is_told():
    path = [(1, 0), (2, 3), (4.5, -3.5)]
    line, dots = (
        [place for line in places(landscape(path=path), style) for place in line]
        for style in ("stroke: var(--nnfp-weight, #00786a); stroke-width: 2", "linecap: round")
    )
    assert line == [pytest.approx(point, abs=0.01) for point in path]
    assert dots == line
    cross = next(places(landscape(), "stroke: currentColor; stroke-width: 2"))
    assert [sum(values) / 4 for values in zip(*cross, strict=True)] == pytest.approx(
        [3, 0], abs=0.01
    )


def test_a_landscape_says_what_it_shows():
    assert landscape(path=[(1, 0)]).title == (
        "Loss by weight and bias: from (1, 0) to (1, 0) in 0 steps; the answer is (3, 0)"
    )


def test_the_name_of_a_curve_is_no_formula():
    assert "$x^2$" in texts(draw.losses({"$x^2$": [9, 1]}))


def test_a_plot_writes_small_numbers_in_full():
    shown = texts(draw.losses({"SGD": [0.004, 0.001]}))
    assert {"0", "0.001", "0.002", "0.003", "0.004"} <= set(shown)
    assert shown.count("0") == 2, "both axes begin there"
    assert {"0.1", "0.01"} <= set(texts(draw.losses({"SGD": [0.1, 0.001]}, log=True)))


def test_a_plot_has_the_same_bytes_in_another_process_with_other_settings(tmp_path):
    plots = (
        "draw.losses({'a': [3, 2, 1], 'b': [1, 0.5]})",
        "draw.landscape([1, 2], [3, 6], [(1, 0), (2, 1)], (3, 0))",
    )
    code = (
        "import sys; from nnfp import draw; "
        f"sys.stdout.buffer.write(b''.join(p.svg.encode() for p in ({', '.join(plots)}))); "
        "assert 'matplotlib.pyplot' not in sys.modules"
    )
    (tmp_path / "matplotlibrc").write_text(
        "font.size: 30\nlines.dashed_pattern: 9, 9\npath.simplify_threshold: 1\npath.simplify: no\n"
    )
    settings = {**os.environ, "MATPLOTLIBRC": str(tmp_path), "PYTHONHASHSEED": "7"}
    theirs = subprocess.run(
        [sys.executable, "-c", code], env=settings, capture_output=True, check=True
    )
    for _ in range(2):
        assert theirs.stdout.decode() == "".join(eval(plot).svg for plot in plots)


def test_a_plot_leaves_matplotlibs_settings_as_they_were():
    with mpl.rc_context({"font.size": 31}):
        before = dict(mpl.rcParams)
        draw.losses({"SGD": [1, 2]})
        assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("module", ["_plot", "_landscape"])
def test_a_plot_without_matplotlib_says_how_to_get_it(monkeypatch, module):
    monkeypatch.delattr(nnfp, module, raising=False)
    monkeypatch.delitem(sys.modules, f"nnfp.{module}", raising=False)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"pip install 'nnfp\[plots\]'"):
        draw.losses({"SGD": [1, 2]}) if module == "_plot" else landscape()


def test_a_notebook_shows_a_picture_and_a_console_its_title():
    picture = draw.neuron([1, 2], [5, 7])
    assert picture._repr_svg_() == str(picture) == picture.svg
    assert repr(picture) == f"Picture(title={picture.title!r})"


def test_a_picture_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        draw.network([1, 1]).svg = ""


def test_saving_makes_the_folders_and_writes_the_same_bytes_everywhere(tmp_path):
    picture = draw.neuron([1, 2], [5, -7])
    path = tmp_path / "figures" / "new" / "neuron.svg"
    assert picture.save(path) is None
    assert path.read_bytes() == picture.svg.encode("utf-8")


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: draw.neuron([1] * 6, [1] * 6), "expected 1 to 5 inputs in a picture, got 6"),
        (lambda: draw.neuron([], []), "expected 1 to 5 inputs in a picture, got 0"),
        (lambda: draw.neuron([[1, 2]], [1, 2]), r"one sample .* got shape \(1, 2\)"),
        (lambda: draw.neuron([1, 2], [1]), "last dimension of the inputs to be 1"),
        (lambda: draw.neuron([1], [1], torch.ones(2)), r"one number as the bias, got shape \(2,\)"),
        (lambda: draw.layer([1] * 5, [[1] * 5]), "expected 1 to 4 inputs in a picture, got 5"),
        (lambda: draw.layer([1], [[1]] * 5), "expected 1 to 4 neurons in a picture, got 5"),
        (lambda: draw.layer([[1, 2]], [[1, 2]]), r"one sample .* got shape \(1, 2\)"),
        (lambda: draw.layer([1], [[1, 2]]), "last dimension to be 2"),
        (lambda: draw.layer([1], [[1]], [1, 2]), "expected 1 biases"),
        (lambda: draw.matmul([1, 2], [[1, 2]]), r"a mini-batch .* got shape \(2,\)"),
        (lambda: draw.matmul([[1]] * 6, [[1]]), "expected 1 to 5 samples in a picture, got 6"),
        (lambda: draw.matmul([[1] * 6], [[1] * 6]), "1 to 5 inputs in a picture, got 6"),
        (lambda: draw.matmul([[1]], [[1]] * 6), "expected 1 to 5 neurons in a picture, got 6"),
        (lambda: draw.neuron([-1.2e-7], [1]), "fit into a circle of a picture, got −1.2×10⁻⁷"),
        (lambda: draw.layer([1], [[-1.2e-7]]), "fit into a circle of a picture, got −1.2×10⁻⁷"),
        (lambda: draw.matmul([[-1.2e-7] * 5], [[1] * 5]), "got the row −1.2×10⁻⁷, −1.2×10⁻⁷"),
        (lambda: draw.network([3]), r"expected 2 to 8 sizes.* got \[3\]"),
        (lambda: draw.network([1] * 9), "expected 2 to 8 sizes"),
        (lambda: draw.network([2, 0]), r"sizes of 1 or more, got \[2, 0\]"),
        (lambda: draw.network(nn.ReLU()), "with linear layers, got ReLU"),
        (
            lambda: draw.network(nn.Sequential(nn.Linear(1, 2), nn.Linear(3, 1))),
            "one with 2 outputs before one with 3 inputs",
        ),
        (lambda: landscape(target=[1, 2]), "expected 10 targets, one a sample, got 2"),
        (lambda: landscape(path=[]), "a path with at least its start, got none"),
        (lambda: landscape(path=[(6, 0)]), r"weights from -1 to 5 and .* got \(6, 0\)"),
        (lambda: landscape(path=[(0, math.nan)]), r"biases from -4 to 4 .* got \(0, nan\)"),
        (lambda: landscape(answer=(0, -5)), r"in the picture, got \(0, -5\)"),
        (lambda: draw.losses({}), "expected 1 to 4 curves in a picture, got 0"),
        (lambda: draw.losses({str(i): [1] for i in range(5)}), "1 to 4 curves in a picture, got 5"),
        (lambda: draw.losses({"SGD": []}), "at least one number for 'SGD', got none"),
        (lambda: draw.losses({"a" * 25: [1]}), "names of at most 24 characters"),
        (lambda: draw.losses({"SGD": [1, math.nan]}), "finite numbers, got nan at step 1 of 'SGD'"),
        (lambda: draw.losses({"SGD": [1, 0]}, log=True), "above 0.* got 0 at step 1 of 'SGD'"),
    ],
)
def test_bad_input_gets_a_sentence(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
