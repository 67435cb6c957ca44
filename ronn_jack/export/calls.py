"""[any-thread] Call a function of the host or of the heart through a pointer to it."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from ronn_jack.realtime.compiler.language import intrinsic, signature_of, types


def through_pointer(signature: str) -> Any:
    """Return what compiled code calls with an address (int64) and a tuple of arguments.

    Parameters
    ----------
    signature : str
        The C function's own, such as "int64(int64, uint32)"; pointers are int64.
    """

    @intrinsic
    def call(typing_context: Any, address: Any, arguments: Any) -> Any:
        told = signature_of(signature).resolve()
        kinds, result = told.args, told.return_type

        def codegen(context: Any, builder: Any, _: Any, values: Any) -> Any:
            void = result == types.void
            returned = ir.VoidType() if void else context.get_value_type(result)
            function_type = ir.FunctionType(returned, [context.get_value_type(k) for k in kinds])
            function = builder.inttoptr(values[0], function_type.as_pointer())
            passed = [
                context.cast(builder, builder.extract_value(values[1], i), arguments[i], kind)
                for i, kind in enumerate(kinds)
            ]
            given = builder.call(function, passed)
            return context.get_dummy_value() if void else given

        return result(types.int64, arguments), codegen

    return call
