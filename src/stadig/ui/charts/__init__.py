"""Charts drawn on the server as SVG: a line with its band, bars, and dots with intervals.

A chart's title says the finding, its subtitle the unit and the uncertainty. Every chart has a drawing of its own for a
phone, a description for screen readers and its numbers as a table::

    chart = charts.Line(
        title="Korgen fylls på två dygn",
        subtitle="Fyllnad i procent, senaste veckan",
        unit="%",
        series=(charts.Series("Fyllnad", times, values),),
        thresholds=(charts.Threshold(90, "90 %", "då larmar korgen", kind="limit"),),
    )

and in the template ``<c-chart :chart="chart" csv="?format=csv" />``.
"""

from stadig.ui.charts.bars import Bar, Bars
from stadig.ui.charts.dots import Dot, Dots
from stadig.ui.charts.line import Event, Line, Series, Threshold

__all__ = ["Bar", "Bars", "Dot", "Dots", "Event", "Line", "Series", "Threshold"]
