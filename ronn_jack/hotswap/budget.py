"""What share of the period there is for a network, and which stages fit beside it.

Whatever is to be heard is admitted here: a network beside the stages, and a stage beside the
network and the stages that come before it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from ronn_jack.cost.admission import Cost, Deadline
from ronn_jack.parameters import parameter
from ronn_jack.realtime.engine import Engine
from ronn_jack.realtime.stages.stage import Stage


def switches_on(engine: Engine) -> list[str]:
    """Return the parameters by which stages are on."""
    return list(dict.fromkeys(stage.switch for stage in engine.working_stages if stage.switch))


class Budget:
    """The share of the period that the network and the stages may take together.

    Parameters
    ----------
    cost : Cost, optional
        Predicts what a stage takes; without it none is counted.

    Attributes
    ----------
    share : float
        As it is now.
    waiting : collection of str
        Parameters whose stages are to be on as soon as a network lets them.
    period : callable
        Returns the frames in a block; 0 where no deadline holds.
    """

    def __init__(self, cost: Cost | None = None) -> None:
        self.cost = cost
        self.share = float(parameter("budget").default)
        self.waiting: Collection[str] = ()
        self.period: Callable[[], int] = lambda: 0

    def deadline(self, engine: Engine) -> Deadline | None:
        """Return what a network has to fit into, beside the stages that are on or wait."""
        return self._deadline(engine, [*switches_on(engine), *self.waiting], self.share)

    def deadline_alone(self, engine: Engine) -> Deadline | None:
        """Return the same if all stages gave way that can be turned off."""
        return self._deadline(engine, (), self.share)

    def stage_faults(
        self,
        engine: Engine,
        switches: Sequence[str],
        load: float,
        kept: Iterable[str] = (),
        share: float | None = None,
    ) -> dict[str, str]:
        """Return why stages can't be on beside the network, by the parameter that turns them on.

        Each takes its part before those after it, unless it is one that can't be.

        Parameters
        ----------
        switches : sequence of str
            The parameters that are to turn stages on.
        load : float
            Share of the period that the network takes.
        kept : iterable of str
            The parameters by which others are on, whatever they take.
        share : float, optional
            Budget that is to hold; by default that which holds.
        """
        faults: dict[str, str] = {}
        on = list(kept)
        for switch in switches:
            others = self._deadline(engine, on, self.share if share is None else share)
            if others is None or self.cost is None:
                break
            [stage] = _stages(engine, [switch])
            needed = others.load(self.cost(stage, others.period))
            if needed + load <= others.room:
                on.append(switch)
            else:
                faults[switch] = _words(switch, needed, others, load)
        return faults

    def let_ring(self, engine: Engine, load: float) -> float:
        """Return the share that tails take which ring out beside a network of some load.

        Where there is no room for them they are cut short.
        """
        ringing = engine.ringing_stages  # first, as it is seldom and the rest takes longer
        deadline = self.deadline(engine) if ringing else None
        if deadline is None or self.cost is None:
            return 0.0
        share = deadline.load(sum(self.cost(stage, deadline.period) for stage in ringing))
        if load + share <= deadline.room:
            return share
        engine.cut_tail()
        return 0.0

    def _deadline(self, engine: Engine, switches: Iterable[str], share: float) -> Deadline | None:
        period = self.period()
        if not period:
            return None
        stages = _stages(engine, ("", *switches))
        seconds = sum(self.cost(stage, period) for stage in stages) if self.cost else 0.0
        remedies = [remedy for stage in stages for remedy in stage.remedies]
        return Deadline(period, engine.rate, share, seconds * engine.rate / period, remedies)


def _stages(engine: Engine, switches: Iterable[str]) -> list[Stage]:
    """Return the stages of parameters; of those that have one switch, one is on at a time."""
    wanted = set(switches)
    return list({s.switch or s: s for s in engine.stages if s.switch in wanted}.values())


def _words(switch: str, needed: float, others: Deadline, load: float) -> str:
    beside = f" and the other stages {_share(others.taken)}" if others.taken else ""
    advice = ", or ".join(["lower channels, kernel or layers first", *others.remedies])
    return (
        f"{switch} needs {_share(needed)} of the {others.period}-frame period at "
        f"{others.rate:g} Hz, and budget is {others.budget:.0%}, of which the network takes "
        f"{_share(load)}{beside}: raise the buffer size, or {advice}"
    )


def _share(share: float) -> str:
    return f"{share:.0%}" if share >= 0.1 else f"{share:.1%}"
