"""Show measurements: as a table, and as plots of the ladder and the roofline."""

from nnfp.draw import Picture
from nnfp.draw.ladder import draw_ladder, draw_roofline
from nnfp.draw.ladder import rate as with_prefix
from nnfp.draw.svg import document
from nnfp.speed.results import BACKWARD, FORWARD, Measurements


def table(measured: Measurements) -> str:
    """Write measurements as text.

    Args:
        measured: What was measured.

    Returns:
        A few lines about the machine and its limits, and a table for each precision and work.
    """
    lines = [", ".join(f"{name} {value}" for name, value in measured.machine.items())]
    if measured.copy is not None:
        lines.append(f"large copy {measured.copy / 1e9:.3g} GB/s")
    if measured.call is not None:
        lines.append(f"smallest call {measured.call * 1e6:.2g} microseconds")
    for precision, product in measured.products.items():
        lines.append(f"{precision}: fastest product {product / 1e9:.4g} GFLOP/s")
    if measured.peak:
        peak = measured.peak
        lines.append(
            f"float32: {peak['cores']:g} cores x {peak['gigahertz']:.3g} GHz x "
            f"{peak['per_cycle']:g} operations = {peak['rate'] / 1e9:.4g} GFLOP/s promised"
        )
    for precision in measured.products:
        for work in (FORWARD, BACKWARD):
            lines += _ladder_table(measured, precision, work)
    lines += _sweep_table(measured)
    if measured.training:
        lines += ["", "a training step of three layers, in microseconds", "size  batch  mode"]
    for each in measured.training:
        taken = f"{each.mode:<12}  {each.seconds * 1e6:8.0f}"
        lines.append(f"{each.size:4}  {each.batch:5}  {taken}  loss {each.loss:.6g}")
    return "\n".join(lines)


def _ladder_table(measured: Measurements, precision: str, work: str) -> list[str]:
    timings = [t for t in measured.ladder if (t.precision, t.work) == (precision, work)]
    if not timings:
        return []
    columns = list(dict.fromkeys((t.size, t.batch) for t in timings))
    ranks = measured.ranks(precision, work)
    lines = [
        "",
        f"{precision}, {work}: percent of the fastest product",
        f"{'size':<18}" + "".join(f"{size:>9}" for size, _ in columns),
        f"{'batch':<18}" + "".join(f"{batch:>9}" for _, batch in columns) + "  rank",
    ]
    for rung in dict.fromkeys(t.rung for t in timings):
        fractions = {
            (t.size, t.batch): _percent(t.rate / measured.products[precision])
            for t in timings
            if t.rung == rung
        }
        cells = "".join(f"{fractions.get(column, ''):>9}" for column in columns)
        lines.append(f"{rung:<18}{cells}{ranks.get(rung, ''):>6}")
    return lines


def _sweep_table(measured: Measurements) -> list[str]:
    if not measured.sweep:
        return []
    first = measured.sweep[0]
    lines = ["", f"{first.rung}, {first.size} x {first.size}, {first.precision}, {first.work}"]
    lines.append("batch  GFLOP/s  percent of the limit")
    for t in measured.sweep:
        percent = _percent(t.rate / measured.limit(t))
        lines.append(f"{t.batch:5}  {t.rate / 1e9:7.4g}  {percent:>20}")
    return lines


def _percent(fraction: float) -> str:
    """Write a fraction as percent in one or two digits, and never as a power of ten."""
    percent = 100 * fraction
    if percent < 0.001:
        return "<0.001"
    return f"{percent:.0f}" if percent >= 9.5 else f"{percent:.1g}"


def ladder(measured: Measurements) -> Picture:
    """Draw the speed of each rung on the largest layer and batch size, forward, in float32.

    Args:
        measured: What was measured, in float32 at least.

    Returns:
        The picture, identical byte for byte for identical measurements.

    Raises:
        ValueError: If no rung was measured in float32.
    """
    title, content, height = _ladder_plot(measured)
    return Picture(title, document(title, height, content))


def roofline(measured: Measurements) -> Picture:
    """Draw the speed of the sweep's layer, under the limits of the device.

    Args:
        measured: What was measured.

    Returns:
        The picture, identical byte for byte for identical measurements.

    Raises:
        ValueError: If the sweep or the limits were not measured.
    """
    title, content, height = _roofline_plot(measured)
    return Picture(title, document(title, height, content))


def plot(measured: Measurements) -> Picture:
    """Draw the ladder, and the roofline below it.

    Args:
        measured: What was measured, in float32 at least.

    Returns:
        The picture, identical byte for byte for identical measurements.

    Raises:
        ValueError: If the rungs in float32, the sweep or the limits were not measured.
    """
    upper_title, upper, height = _ladder_plot(measured)
    lower_title, lower, more = _roofline_plot(measured)
    title = f"{upper_title}. {lower_title}"
    content = f'{upper}<g transform="translate(0 {height:g})">\n{lower}</g>\n'
    return Picture(title, document(title, height + more, content))


def _ladder_plot(measured: Measurements) -> tuple[str, str, float]:
    rungs = measured.rungs()
    if not rungs or "float32" not in measured.products:
        raise ValueError("expected measurements of the rungs in float32, got none")
    limit = measured.products["float32"]
    about = f"{rungs[0].batch} samples, {rungs[0].size} x {rungs[0].size}, float32, forward"
    content, height = draw_ladder(
        {t.rung: t.rate for t in rungs}, limit, [about, *_origin(measured)]
    )
    listed = ", ".join(f"{t.rung} {with_prefix(t.rate)}" for t in rungs)
    title = f"Operations a second, {about}: {listed}; fastest product {with_prefix(limit)}"
    return title, content, height


def _roofline_plot(measured: Measurements) -> tuple[str, str, float]:
    sweep = measured.sweep
    if not sweep or measured.copy is None or sweep[0].precision not in measured.products:
        raise ValueError("expected measurements of the sweep and the limits, got none")
    limit = measured.products[sweep[0].precision]
    about = f"{sweep[0].batch} to {sweep[-1].batch} samples, "
    about += f"{sweep[0].size} x {sweep[0].size}, {sweep[0].precision}, forward"
    points = [(str(t.batch), t.intensity, t.rate) for t in sweep]
    content, height = draw_roofline(points, limit, measured.copy, [about, *_origin(measured)])
    listed = ", ".join(f"{t.batch} {with_prefix(t.rate)}" for t in sweep)
    title = f"Operations a second, {about}: {listed}; fastest product {with_prefix(limit)}"
    return title, content, height


def _origin(measured: Measurements) -> list[str]:
    """Return the machine, the versions and the date, in two lines that fit below a plot."""
    machine = measured.machine
    versions = [("torch", "torch "), ("python", "Python "), ("date", "")]
    return [
        ", ".join(machine[name] for name in ("device", "runs") if name in machine),
        ", ".join(f"{label}{machine[name]}" for name, label in versions if name in machine),
    ]
