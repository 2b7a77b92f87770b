"""Test that the table and the plots show what was measured, even in an interrupted run."""

import sys
from collections.abc import Callable
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from nnfp.draw import Picture
from nnfp.speed import BACKWARD, Measurements, Training, ladder, plot, roofline, table
from tests.nnfp.speed.examples import MEASURED, RATES, timing

TABLE = """\
device Some Processor, 2 threads, torch 2.13, python 3.11, date d
large copy 40 GB/s
smallest call 5 microseconds
float32: fastest product 200 GFLOP/s
float32: 2 cores x 2.5 GHz x 64 operations = 320 GFLOP/s promised

float32, forward: percent of the fastest product
size                   1000       10
batch                  1000        1  rank
three Python loops     0.01      0.5     5
row by row               15      0.5     4
matrix product           45      0.5     1
F.linear                 50      0.5     1
torch.compile            35              3
dot products                     0.5

float32, forward and backward: percent of the fastest product
size                   1000
batch                  1000  rank
F.linear                 45     1

nnfp.Linear, 1000 x 1000, float32, forward
batch  GFLOP/s  percent of the limit
    1       19                    95
   64      100                    50
 1024      160                    80"""


def test_the_table_shows_fractions_of_the_largest_product() -> None:
    backward = timing("F.linear", 9e10, work=BACKWARD, seconds=6e9 / 9e10)
    compiled = timing("torch.compile", 7e10)
    small = timing("dot products", 1e9, size=10, batch=1, samples=1, seconds=2e-7)
    timings = [*MEASURED.ladder, compiled, small, backward]
    lines = table(replace(MEASURED, ladder=timings)).splitlines()
    assert [line.rstrip() for line in lines] == TABLE.splitlines()


def test_the_table_shows_the_training() -> None:
    trained = [
        Training("call by call", 128, 32, 6.656e-4, 0.0, 0.16120683),
        Training("recorded", 4096, 4096, 2.1977e-2, 0.0, 1.0075),
    ]
    assert table(replace(MEASURED, training=trained)) == table(MEASURED) + (
        "\n\na training step of three layers, in microseconds\n"
        "size  batch  mode\n"
        " 128     32  call by call       666  loss 0.161207\n"
        "4096   4096  recorded         21977  loss 1.0075"
    )


def test_the_table_of_an_interrupted_run_shows_finished_measurements() -> None:
    machine = {"device": "d"}
    assert table(Measurements(machine)) == "device d"
    assert table(Measurements(machine, products={"float32": 2e11}, copy=4e10)) == (
        "device d\nlarge copy 40 GB/s\nfloat32: fastest product 200 GFLOP/s"
    )


def test_the_table_is_ascii() -> None:
    assert table(MEASURED).isascii()


@pytest.mark.parametrize(
    ("fraction", "written"),
    [(1.0, "100"), (0.347, "35"), (0.097, "10"), (0.0347, "3"), (2e-5, "0.002"), (3e-6, "<0.001")],
)
def test_percents_are_written_without_powers_of_ten(fraction: float, written: str) -> None:
    measured = replace(MEASURED, ladder=[timing("F.linear", 2e11 * fraction)], sweep=[])
    assert table(measured).splitlines()[-1].split() == ["F.linear", written, "1"]


Draw = Callable[[Measurements], Picture]
each_plot = pytest.mark.parametrize("draw", [ladder, roofline, plot])


def elements(picture: Picture, tag: str) -> list[ElementTree.Element]:
    return [*ElementTree.fromstring(picture.svg).iter(f"{{http://www.w3.org/2000/svg}}{tag}")]


def dots(picture: Picture) -> list[tuple[float, float]]:
    return [(float(c.get("cx", "")), float(c.get("cy", ""))) for c in elements(picture, "circle")]


@each_plot
def test_each_plot_names_the_machine_it_was_measured_on(draw: Draw) -> None:
    written = [text.text for text in elements(draw(MEASURED), "text")]
    assert "Some Processor, 2 threads" in written
    assert "torch 2.13, Python 3.11, d" in written


@each_plot
def test_a_plot_omits_missing_facts_about_the_machine(draw: Draw) -> None:
    written = [text.text for text in elements(draw(replace(MEASURED, machine={})), "text")]
    assert "F.linear" in written or "1024" in written


@each_plot
def test_a_plot_stays_within_its_frame(draw: Draw) -> None:
    picture = draw(MEASURED)
    width, height = map(float, ElementTree.fromstring(picture.svg).get("viewBox", "").split()[2:])
    for text in elements(picture, "text"):
        assert 0 <= float(text.get("x", "")) <= width
        assert 0 <= float(text.get("y", "")) <= height


@each_plot
def test_a_plot_of_the_same_measurements_has_the_same_bytes(draw: Draw) -> None:
    assert draw(MEASURED) == draw(MEASURED)


def test_the_titles_of_the_plots_describe_them_in_words() -> None:
    assert ladder(MEASURED).title == (
        "Operations a second, 1000 samples, 1000 x 1000, float32, forward: "
        "three Python loops 20 M, row by row 30 G, matrix product 90 G, F.linear 100 G; "
        "fastest product 200 G"
    )
    assert roofline(MEASURED).title == (
        "Operations a second, 1 to 1024 samples, 1000 x 1000, float32, forward: "
        "1 19 G, 64 100 G, 1024 160 G; fastest product 200 G"
    )


@each_plot
def test_a_plot_of_merged_runs_says_how_many_there_were(draw: Draw) -> None:
    merged = replace(MEASURED, machine=MEASURED.machine | {"runs": "fastest of 3"})
    written = [text.text for text in elements(draw(merged), "text")]
    assert "Some Processor, 2 threads, fastest of 3" in written


def test_faster_rungs_reach_further_right_on_the_ladder() -> None:
    places = dots(ladder(MEASURED))
    assert len(places) == len(RATES)
    assert places == sorted(places)
    assert [y for _, y in places] == sorted(y for _, y in places)
    # Every factor of ten has the same width: 2e7 to 3e10 is 3.18 of them, 2e7 to 1e11 is 3.70.
    first, second, _, last = [x for x, _ in places]
    assert (second - first) / (last - first) == pytest.approx(3.176 / 3.699, abs=0.002)


def test_the_sweep_rises_to_the_right() -> None:
    places = dots(roofline(MEASURED))
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert [y for _, y in places] == sorted((y for _, y in places), reverse=True)


@pytest.mark.parametrize(
    ("rate", "written"),
    [
        *[(0.5, "0.5"), (999, "999"), (1e3, "1 k"), (30e6, "30 M"), (2.5e9, "2.5 G")],
        *[(999.6, "1 k"), (999.6e3, "1 M"), (999.6e6, "1 G"), (999.6e9, "1 T"), (1e15, "1e+03 T")],
    ],
)
def test_rates_are_written_with_prefixes(rate: float, written: str) -> None:
    title = ladder(replace(MEASURED, ladder=[timing("F.linear", rate)])).title
    assert f": F.linear {written}; fastest product 200 G" in title


def test_the_scale_of_the_ladder_has_all_powers_of_ten_around_the_rates() -> None:
    rungs = [timing("a", 2e3), timing("b", 2e4)]
    picture = ladder(replace(MEASURED, ladder=rungs, products={"float32": 1e5}))
    written = {text.text for text in elements(picture, "text")}
    assert {"1 k", "10 k", "100 k"} <= written
    assert not {"100", "1 M"} & written


@pytest.mark.parametrize(("rate", "above"), [(1.3e11, False), (1.5e11, True)])
def test_the_label_of_a_point_is_on_the_side_without_the_roof(rate: float, above: bool) -> None:
    point = timing("nnfp.Linear", rate, batch=7)
    picture = roofline(replace(MEASURED, sweep=[point]))
    [(_, dot)] = dots(picture)
    [label] = [text for text in elements(picture, "text") if text.text == "7"]
    assert (MEASURED.limit(point) < rate) == above
    assert (float(label.get("y", "")) < dot) == above


def test_a_plot_is_the_ladder_above_the_roofline() -> None:
    upper, lower, both = ladder(MEASURED), roofline(MEASURED), plot(MEASURED)
    assert both.title == f"{upper.title}. {lower.title}"
    height = ElementTree.fromstring(upper.svg).get("height")
    [group] = elements(both, "g")
    assert group.get("transform") == f"translate(0 {height})"
    assert f"{group.text}{group.tail}".strip() == ""
    assert dots(both) == dots(upper) + dots(lower)


@pytest.mark.parametrize(
    "measured",
    [
        replace(MEASURED, ladder=[]),
        replace(MEASURED, products={}),
        replace(MEASURED, ladder=[timing("F.linear", 1.0, precision="bfloat16")]),
    ],
)
def test_a_ladder_without_rungs_in_float32_is_rejected(measured: Measurements) -> None:
    for draw in (ladder, plot):
        with pytest.raises(ValueError, match="expected measurements of the rungs in float32"):
            draw(measured)


@pytest.mark.parametrize("lacking", [{"sweep": []}, {"copy": None}, {"products": {"tf32": 1.0}}])
def test_a_roofline_without_sweep_or_limits_is_rejected(lacking: dict[str, object]) -> None:
    measured = replace(MEASURED, **lacking)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="expected measurements of the sweep and the limits"):
        roofline(measured)


def test_a_plot_needs_no_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert plot(MEASURED).svg
