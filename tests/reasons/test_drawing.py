"""Waterfall and timeline: the picture says what the numbers say."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from resellerrisk.reasons import timeline, waterfall
from resellerrisk.reasons.case import Step, probability_of

AS_OF = pd.Timestamp("2020-06-30")


def test_each_bar_begins_where_the_one_before_ended(make_case):
    drawn = waterfall.draw_waterfall(make_case())
    assert drawn.bars[0].start == drawn.base_x and drawn.bars[-1].end == drawn.result_x
    assert [bar.start for bar in drawn.bars[1:]] == [bar.end for bar in drawn.bars[:-1]]
    assert all((bar.end > bar.start) == bar.raises == bar.amount.startswith("+") for bar in drawn.bars)


def test_every_bar_stands_within_the_plot(make_case):
    steps = (Step("up", "", 9.0), Step("down", "", -20.0), Step("up again", "", 4.0))
    drawn = waterfall.draw_waterfall(make_case(steps=steps, probability=probability_of(-10.0)))
    for bar in drawn.bars:
        assert (
            waterfall.PLOT_LEFT <= min(bar.start, bar.end) < max(bar.start, bar.end) <= waterfall.PLOT_RIGHT
        )


def test_the_ticks_say_the_probability_of_their_place(make_case):
    drawn = waterfall.draw_waterfall(make_case(steps=(Step("up", "", 3.0),), probability=0.5))
    assert {label: round(x, 6) for x, label in drawn.ticks}["50%"] == round(drawn.result_x, 6)


def test_a_case_that_nothing_moves_is_drawn_without_bars(make_case):
    drawn = waterfall.draw_waterfall(make_case(steps=(), probability=probability_of(-3.0)))
    assert drawn.bars == () and len(drawn.ticks) >= 1


def test_a_line_before_street_date_is_filled_above_zero_and_one_after_it_below(orders):
    drawn = timeline.draw_timeline(orders, AS_OF)
    heights = {marks.early: float(re.match(r"M\S+ (\S+?)[ah]", marks.path).group(1)) for marks in drawn.marks}
    assert heights[True] < drawn.zero_y < heights[False]


def test_a_line_on_the_second_of_its_street_date_is_not_early(orders):
    on_time = orders.assign(lead_days=0.0)
    drawn = timeline.draw_timeline(on_time, AS_OF)
    assert drawn.early_lines == 0 and not any(marks.early for marks in drawn.marks)


def test_no_line_is_lost_in_silence(orders):
    drawn = timeline.draw_timeline(orders, AS_OF)
    assert sum(marks.lines for marks in drawn.marks) == 2 and drawn.most_in_month == 1
    assert drawn.notes == ("Not drawn, no street date known when ordering: 1.",)


def test_lines_far_ahead_stand_at_the_edge_and_are_told(orders):
    drawn = timeline.draw_timeline(orders.assign(lead_days=[400.0, 300.0, 2.0, 1.0]), AS_OF)
    assert drawn.notes == ("At the upper edge, ordered more than 84 days ahead: 2.",)


@pytest.mark.parametrize("copies", [timeline.MOST_SINGLE // 2, timeline.MOST_SINGLE])
def test_lines_are_put_together_only_where_they_are_many_and_never_across_zero(orders, copies):
    two = orders[:2].assign(
        format="dvd", lead_days=[0.01, -0.01], quantity=1, ordered_at=AS_OF - pd.Timedelta(days=1)
    )
    drawn = timeline.draw_timeline(pd.concat([two] * copies, ignore_index=True), AS_OF)
    assert [(marks.early, marks.lines) for marks in drawn.marks] == [(False, copies), (True, copies)]
    heights = [float(re.match(r"M\S+ (\S+?)a", marks.path).group(1)) for marks in drawn.marks]
    assert heights[1] < drawn.zero_y < heights[0]
    single = copies * 2 <= timeline.MOST_SINGLE
    assert [marks.path.count("M") for marks in drawn.marks] == ([copies] * 2 if single else [1, 1])
    assert any("Drawn together" in note for note in drawn.notes) != single


def test_no_orders_draw_nothing(orders):
    drawn = timeline.draw_timeline(orders[:0], AS_OF)
    assert drawn.marks == () and drawn.months == () and drawn.dated_lines == 0
