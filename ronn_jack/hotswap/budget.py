"""What share of the period there is for a network, and whether a stage fits beside it."""

from __future__ import annotations

from ronn_jack.cost.admission import Cost, Deadline
from ronn_jack.realtime.engine import Engine


def deadline_of(engine: Engine, period: int, budget: float, cost: Cost | None) -> Deadline | None:
    """Return what a network has to fit into, beside the stages that are on.

    Parameters
    ----------
    period : int
        Frames in a block; 0 where no deadline holds, and then there is None.
    budget : float
        Share of the period that may be taken.
    cost : Cost or None
        Predicts what a stage takes; None counts none.
    """
    if not period:
        return None
    stages = engine.working_stages
    seconds = sum(cost(stage, period) for stage in stages) if cost else 0.0
    remedies = [remedy for stage in stages for remedy in stage.remedies]
    return Deadline(period, engine.rate, budget, seconds * engine.rate / period, remedies)


def stage_fault(
    engine: Engine, switch: str, deadline: Deadline | None, cost: Cost | None, load: float
) -> str:
    """Return why a stage can't be turned on beside the network that sounds; "" if it can.

    Parameters
    ----------
    switch : str
        The parameter that turns it on.
    deadline : Deadline or None
        What there is to fit into.
    load : float
        Share of the period that the network takes.
    """
    stages = [stage for stage in engine.stages if stage.switch == switch]
    if deadline is None or cost is None or not stages or any(stage.on for stage in stages):
        return ""
    # Of those that have one switch, one is on at a time.
    needed = deadline.load(max(cost(stage, deadline.period) for stage in stages))
    if needed + load <= deadline.room:
        return ""
    others = f" and the other stages {_share(deadline.taken)}" if deadline.taken else ""
    advice = ", or ".join(["lower channels, kernel or layers first", *deadline.remedies])
    return (
        f"{switch} needs {_share(needed)} of the {deadline.period}-frame period at "
        f"{deadline.rate:g} Hz, and budget is {deadline.budget:.0%}, of which the network takes "
        f"{_share(load)}{others}: raise the buffer size, or {advice}"
    )


def _share(share: float) -> str:
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"
