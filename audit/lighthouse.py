"""Measure pages with Lighthouse."""

import json
import os
import statistics
import subprocess
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

from tqdm import tqdm

from audit.browse import chromium
from audit.table import Row, at_least, at_most

PROGRAM = Path(__file__).parent / "node_modules/.bin/lighthouse"
PAGES = ("", "learn/neuron/", "learn/optimizer/", "reference/layer/")
# The least that each score may be, by kind of screen.
SCORES = {
    "mobile": {"accessibility": 100, "best-practices": 100, "seo": 100, "performance": 95},
    "desktop": {"accessibility": 100, "best-practices": 100, "seo": 100, "performance": 99},
}
# A score is the median of this many runs of Lighthouse.
ROUNDS = 3
MOST_SHIFT = 0.01


def check_lighthouse(base: str) -> Iterator[Row]:
    """Check Lighthouse's scores, each that of the worst page, and how far things move."""
    worst: dict[tuple[str, str], float] = {}
    details: dict[tuple[str, str], list[str]] = {}
    shifts = []
    for url, screen in tqdm(list(product(PAGES, SCORES)), "Lighthouse"):
        reports = [lighthouse(base + url, screen) for _ in range(ROUNDS)]
        shifts += [r["audits"]["cumulative-layout-shift"]["numericValue"] for r in reports]
        for category in SCORES[screen]:
            score = statistics.median(100 * r["categories"][category]["score"] for r in reports)
            key = screen, category
            worst[key] = min(score, worst.get(key, 100))
            details.setdefault(key, []).append(f"{url or 'home'}: {score:.0f}")
    for (screen, category), score in worst.items():
        least = SCORES[screen][category]
        what = f"Lighthouse, {screen}: {category}"
        yield at_least(what, round(score), least, details[screen, category])
    yield at_most("layout shift", round(max(shifts), 4), MOST_SHIFT, [])


def lighthouse(url: str, screen: str) -> dict[str, Any]:
    """Run Lighthouse once on a page, and return its report."""
    command = [str(PROGRAM), url, "--quiet", "--output=json"]
    command += ["--chrome-flags=--headless=new --no-sandbox"]
    command += ["--preset=desktop"] if screen == "desktop" else []
    environment = os.environ | {"CHROME_PATH": chromium()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report
