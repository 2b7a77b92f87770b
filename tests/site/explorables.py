"""Helpers for the tests of explorables: figures whose numbers a reader can change."""

from collections.abc import Callable, Sequence
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import torch
from playwright.sync_api import Locator, Page
from torch.optim import SGD, Adam, AdamW, Optimizer, RMSprop

from nnfp import Net, Solved

# A function for scripts that tests run on a page. It shows a state as a link to it would. A reader
# who goes back in the browser's history gets there the same way, without loading the page again.
FOLLOW = """const follow = state => {
    history.replaceState(history.state, "", `?${new URLSearchParams(state)}`);
    dispatchEvent(new PopStateEvent("popstate"));
};"""


# The optimizers of the map of the loss, each for a network and a learning rate
OPTIMIZERS: dict[str, Callable[[Net, float], Optimizer]] = {
    "sgd": lambda net, lr: SGD(net.parameters(), lr=lr),
    "momentum": lambda net, lr: SGD(net.parameters(), lr=lr, momentum=0.9),
    "nesterov": lambda net, lr: SGD(net.parameters(), lr=lr, momentum=0.9, nesterov=True),
    "decay": lambda net, lr: SGD(net.parameters(), lr=lr, weight_decay=1),
    "rmsprop": lambda net, lr: RMSprop(net.parameters(), lr=lr),
    "adam": lambda net, lr: Adam(net.parameters(), lr=lr),
    "adamw": lambda net, lr: AdamW(net.parameters(), lr=lr),
    "solved": lambda net, lr: Solved(net.named_parameters()),
}


def visit(page: Page, url: str) -> None:
    """Open a page, and wait until its explorable has its controls."""
    page.goto(url)
    page.get_by_role("button", name="Reset").wait_for()


def stop_clock(page: Page) -> None:
    """Stop the page's clock. From here on, time passes only in `page.clock.run_for`."""
    page.clock.install(time=datetime(2000, 1, 1))
    # The clock ticks until it is paused, which needs a time that it has not reached.
    page.clock.pause_at(datetime(2000, 1, 2))


def wait_for_url(page: Page, url: str, state: dict[str, str]) -> None:
    """Wait until a page's URL is `url` with the query `state`, whose parts may be in any order.

    The order depends on whether the page has noted two changes at once or one after the other.
    """
    query = {name: [value] for name, value in state.items()}

    def is_there(current: str) -> bool:
        parts = urlsplit(current)
        found = parse_qs(parts.query, keep_blank_values=True)
        return (parts.path, found, parts.fragment) == (f"/{url}", query, "")

    page.wait_for_url(is_there)


def drag(page: Page, element: Locator, right: float, down: float = 0) -> None:
    """Drag an element with the mouse, from its middle."""
    x, y = middle(element)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2)
    page.mouse.move(x + right, y + down)
    page.mouse.up()


def swipe(page: Page, element: Locator, right: float, down: float) -> None:
    """Drag an element with a finger, from its middle. The page scrolls where a finger scrolls."""
    x, y = middle(element)
    finger = page.context.new_cdp_session(page)
    for kind, share in (("Start", 0), ("Move", 1 / 2), ("Move", 1), ("End", 1)):
        points = [{"x": x + share * right, "y": y + share * down}]
        touch = {"type": f"touch{kind}", "touchPoints": [] if kind == "End" else points}
        finger.send("Input.dispatchTouchEvent", touch)


def torch_steps(state: dict[str, str], steps: Sequence[int]) -> list[list[float]]:
    """Return weight, bias, loss and both gradients at these steps, as torch computes them."""
    x = torch.arange(1, 11, dtype=torch.float64).reshape(10, 1)
    net = Net().double()
    with torch.no_grad():
        net.fc1.weight.fill_(float(state["w"]))
        net.fc1.bias.fill_(float(state["b"]))
    optimizer = OPTIMIZERS[state["optimizer"]](net, float(state["lr"]))
    seen = []
    for step in range(max(steps) + 1):
        loss = torch.nn.functional.mse_loss(net(x), 3 * x)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        weight, bias = net.fc1.weight, net.fc1.bias
        if step in steps:
            assert weight.grad is not None and bias.grad is not None
            seen.append([t.item() for t in (weight, bias, loss, weight.grad, bias.grad)])
        optimizer.step()
    return seen


def read_number(text: str) -> float:
    """Read a number as figures write it: −1.2×10⁻⁷ is -1.2e-7."""
    text = text.replace("−", "-").replace("∞", "inf")
    if "10" in text and any(c in text for c in "⁰¹²³⁴⁵⁶⁷⁸⁹"):
        mantissa, _, power = text.rpartition("10")
        digits = power.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-"))
        sign = {"": "1", "-": "-1"}.get(mantissa, mantissa.rstrip("×"))
        return float(f"{sign}e{digits}")
    return float(text)


def middle(element: Locator) -> tuple[float, float]:
    """Scroll an element into view, and return where its middle is."""
    element.evaluate("element => element.scrollIntoView({block: 'center'})")
    box = element.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
