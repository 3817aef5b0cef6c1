"""What 429s do: fewer at once, longer waits, even steps."""

from __future__ import annotations

from reconciler.live.restraint import Lanes, Steps, growing


def test_lanes_are_halved_and_come_back_one_by_one() -> None:
    """After half a minute in peace, later each time."""
    lanes = Lanes(8)
    lanes.narrow(0.0, 6)
    assert lanes.open == 3
    lanes.widen(29.0)
    assert lanes.open == 3
    lanes.widen(31.0)
    assert lanes.open == 4
    lanes.narrow(40.0, 1)
    assert lanes.open == 1


def test_two_refusals_make_no_steps() -> None:
    """Nor do three that lie far apart."""
    steps = Steps(150)
    for now in (0.0, 10.0, 200.0):
        steps.refused(now)
        steps.sent(now)
        assert steps.when(now) == now


def refused(times: int) -> Steps:
    """Steps after so many refusals, the last at the second 0, when a request left."""
    steps = Steps(150)
    for number in range(times):
        steps.refused(float(number - times + 1))
    steps.sent(0.0)
    return steps


def test_the_third_refusal_makes_even_steps_and_further_ones_longer() -> None:
    """A minute's requests evenly apart, twice that, four times that and no more."""
    assert refused(3).when(0.0) == 0.4
    assert refused(4).when(0.0) == 0.8
    assert refused(9).when(0.0) == 1.6
    assert refused(3).when(5.0) == 5.0


def test_peace_shortens_steps_and_long_peace_ends_them() -> None:
    """A third less a minute, at least as long as at first, until ten minutes passed."""
    steps = refused(9)
    steps.sent(30.0)
    assert round(steps.when(30.0) - 30.0, 6) == 1.6
    apart = []
    for minute in range(1, 12):
        steps.sent(60.0 * minute)
        apart.append(round(steps.when(60.0 * minute) - 60.0 * minute, 3))
    assert apart[:4] == [1.072, 0.718, 0.481, 0.4]
    assert apart[9:] == [0.4, 0.0]


def test_waits_grow_to_a_minute() -> None:
    """1, 2, 4 and so on."""
    assert [growing(times) for times in (0, 1, 2, 3, 20)] == [0.0, 1.0, 2.0, 4.0, 60.0]
