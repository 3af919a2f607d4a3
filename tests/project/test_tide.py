"""The figure of lesson 07 is the run that is recorded beside it."""

import re

from looplab.course import ROOT
from looplab.site import tide


def record():
    return (ROOT / tide.RECORD).read_text("utf-8")


def test_the_figure_is_the_recorded_run():
    drawn = tide.drawing(record())
    assert (ROOT / "docs/figures/07_tide.svg").read_text("utf-8") == drawn


def test_the_recorded_run_is_a_saw():
    free, owed, high, low = tide.runs(record())
    amounts = [kib for _, kib in owed]
    assert [kib for _, kib in free] == sorted(kib for _, kib in free)
    assert free[-1][1] > 2 * high
    assert max(amounts) < high + 64 < free[-1][1]
    tooth = next(i for i, kib in enumerate(amounts) if kib >= high)
    low_water = min(range(tooth, len(amounts)), key=amounts.__getitem__)
    assert amounts[low_water] <= low
    assert max(amounts[low_water:]) >= high  # and up again


def test_a_line_that_leaves_the_picture_ends_at_its_frame():
    text = tide.drawing(record())
    points = re.search(r'tide-free" points="([^"]+)"', text)[1]
    assert points.endswith(f",{float(tide.TOP)}")
    assert all(tide.TOP <= float(pair.split(",")[1]) <= tide.BOTTOM for pair in points.split())
