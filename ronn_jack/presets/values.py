"""Parameter values in TOML files, where a value has to have its parameter's own type."""

from __future__ import annotations

from ronn_jack.errors import ParameterError
from ronn_jack.files import Fields
from ronn_jack.parameters import Kind, Parameter, Value

_TOML_TYPES: dict[Kind, type[int] | type[float] | type[bool] | type[str]] = {
    Kind.INT: int,
    Kind.FLOAT: float,
    Kind.BOOL: bool,
    Kind.ENUM: str,
}


def take_value(fields: Fields, key: str, parameter: Parameter) -> Value | None:
    """Take a parameter's accepted value from a table; None if it is not there or at fault."""
    raw: Value | None = fields.optional(key, _TOML_TYPES[parameter.kind])
    if raw is None:
        return None
    try:
        return parameter.parse(raw)
    except ParameterError as error:
        fields.fault(str(error) if key == parameter.name else f"{key}: {error}")
        return None
