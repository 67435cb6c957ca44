"""A report with every part in it, made up."""

from __future__ import annotations

from ronn_jack.bench.cost import CostReport, CostRow, DrawnRow
from ronn_jack.bench.feel.figures import FeelReport, Figure
from ronn_jack.bench.kernels.direct import DirectReport, DirectRow
from ronn_jack.bench.kernels.speed import RebuildRow, SpeedReport, SpeedRow
from ronn_jack.bench.machine import MachineFacts
from ronn_jack.bench.node.browser import BrowserFigures
from ronn_jack.bench.node.crowd import Audio, CrowdReport
from ronn_jack.bench.node.live import LiveReport
from ronn_jack.bench.node.live_node import LiveRow
from ronn_jack.bench.node.pages import PageReport
from ronn_jack.bench.node.startup import MemoryRow, StartReport
from ronn_jack.bench.node.stress import StressReport, StressRow
from ronn_jack.bench.plugins import PluginsReport
from ronn_jack.bench.report import Report
from ronn_jack.bench.stages.report import StagesReport


def whole_report() -> Report:
    """Return figures that can be told apart."""
    return Report(
        machine=MachineFacts("Abacus 9", 2, 512, "Linux", "3.11", "0.65", "2.0", None, "0.1"),
        speed=SpeedReport(
            peak_gflop_per_second=117.04,
            fed_gflop_per_second=111.08,
            rows=[
                SpeedRow("A", "relu", 64, 1.54, 1.5, 67.9, 0.581, 0.612, 865.8, 90.0, None),
                SpeedRow("A", "relu", 128, 2.9, 2.8, 72.0, 0.62, 0.653, 919.5, None, None),
                SpeedRow("C", "tanh", 64, 50.0, 49.0, 113.0, 0.97, 0.99, 26.7, 100000.0, 175000.0),
            ],
            rebuilds=[RebuildRow("A", 0.14)],
        ),
        start=StartReport(21.5, 0.61, [MemoryRow("A", 256 * 2**20)]),
        cost=CostReport(
            rows=[CostRow("B", "tanh", 64, 24.69, 22.22, 0.111)],
            drawn=[DrawnRow(16, 200, 0.051, 0.163, 0.021, 3)],
        ),
        stress=StressReport(
            rate=48000,
            period=128,
            period_us=2666.7,
            realtime=True,
            network={"layers": 6},
            rows=[
                StressRow("compiled", 15.0, 0.9987, 3, 20.0, 44.0, 55.0, 5000.0),
                StressRow("interpreter", 15.0, 0.1234, 64, 5546.0, 48392.0, 60096.0, 4998.0),
            ],
        ),
        crowd=CrowdReport(
            period=128,
            realtime=True,
            calm=Audio(0.011, 0.121, 0.131, 4),
            subscribers=20,
            up_to_date=19,
            turned_per_second=1999.0,
            turned=Audio(0.012, 0.122, 0.132, 5),
            floods=10,
            flooded_per_second=1987.0,
            flooded=Audio(0.013, 0.123, 0.133, 6),
            asked=1234,
            answered=1233,
            answer_p50_ms=0.91,
            answer_p99_ms=7.65,
            answer_max_ms=15.43,
        ),
        page=PageReport(
            period=128,
            realtime=True,
            pages=5,
            pairs=4,
            told_per_second=75.0,
            drawn_per_second=29.5,
            without_p99_us=41.5,
            with_p99_us=43.0,
            added_p99_us=1.25,
            xruns_without=0,
            xruns_with=1,
            answer_without_p99_ms=1.75,
            answer_with_p99_ms=2.5,
            browser=BrowserFigures(210.0, 30.0),
        ),
        stages=StagesReport([Figure("reverb", "4 s, mean", 4.32, "µs", "at most", 8.0)], "1.17"),
        plugin=PluginsReport([Figure("A", "64 frames", 1.02, "times", "at most", 1.1, "2 µs")]),
        direct=DirectReport(
            rows=[DirectRow("B relu", 64, 21.61, 17.22, 1.255)],
            drawn=[
                DirectRow("narrow", 64, 30.1, 30.7, 0.981),
                DirectRow("wide", 64, 60.3, 50.4, 1.197),
                DirectRow("narrow", 256, 119.1, 119.2, 0.999),
                DirectRow("wide", 256, 240.7, 200.8, 1.199),
            ],
            draws=27,
        ),
        feel=FeelReport(
            sources=["guitar", "mine.wav"],
            realtime=True,
            figures=[
                Figure("mix", "off the way", 0.74, "LU", "at most", 1.0, "hall, piano"),
                Figure("search", "new sounds", 4.0, "", "at least", 15.0, "guitar"),
                Figure("decay", "off the exponential", 3.7e-7, "", "at most", 1e-5, "dense"),
            ],
        ),
        live=LiveReport(
            rate=48000,
            realtime=False,
            rows=[
                LiveRow("A", 128, False, 60, 4.2, 7.7, 8.8, 0, 21.0, 66.0, 5.5, 9.9),
                LiveRow("D", 64, True, 20, 44.4, 77.7, 88.8, 2, 0.0, 2000.0, None, None),
            ],
        ),
    )
