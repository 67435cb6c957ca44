"""What is gathered while the original's settings are put into this program's words."""

from __future__ import annotations

from dataclasses import dataclass, field

from ronn_jack.errors import ParameterError, shown
from ronn_jack.parameters import PARAMETERS, Value


@dataclass
class Translation:
    """The parameters taken, what to tell the user about them, and what couldn't be taken.

    Attributes
    ----------
    ports : dict
        The network's `inputs` and `outputs`, which a preset doesn't hold but a seed depends on.
    """

    parameters: dict[str, Value] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def whole(self, key: str, value: object, name: str) -> None:
        """Take a whole number as parameter `name`."""
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value % 1:
            limits = PARAMETERS[name].range_text
            self.faults.append(f"{key} = {shown(value)} is no whole number; use {limits}")
        else:
            self.number(key, value, name)

    def number(self, key: str, value: object, name: str, scale: float = 1) -> None:
        """Take a number as parameter `name`, in other units by the factor `scale`."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self.faults.append(f"{key} = {shown(value)} is no number")
            return
        try:
            self.parameters[name] = PARAMETERS[name].parse(value if scale == 1 else value * scale)
        except OverflowError:  # a whole number beyond what a float can hold
            self.faults.append(f"{key} = {shown(value)} is out of range")
        except ParameterError as error:
            self.faults.append(f"{key}: {error}")
