"""Lets numba compile for another kind of machine, whose code can't be called in this process.

It is asked for before anything of the engine is imported, as what is compiled depends on it. Like
`numba_api`, this uses what numba does not document.
"""

from __future__ import annotations

import os
from typing import Any

from llvmlite import binding, ir
from numba.core import codegen
from numba.core.registry import cpu_target

from ronn_jack.realtime.compiler.host import TARGET_VARIABLE


class _Library(codegen.CPUCodeLibrary):  # type: ignore[misc]
    def _finalize_specific(self) -> None:
        pass


class _Codegen(codegen.CPUCodegen):  # type: ignore[misc]
    _library_class = _Library

    def __init__(self, triple: str, processor: str, features: str) -> None:
        self._triple, self._processor, self._tm_features = triple, processor, features
        super().__init__("foreign")

    def _init(self, llvm_module: Any) -> None:
        self._tm = binding.Target.from_triple(self._triple).create_target_machine(
            cpu=self._processor, features=self._tm_features, opt=3, reloc="pic", codemodel="small"
        )
        self._target_data = self._tm.target_data
        self._data_layout = str(self._target_data)
        self._loopvect, self._opt_level = False, 0

    def _create_empty_module(self, name: str) -> ir.Module:
        module = super()._create_empty_module(name)
        module.triple = self._triple
        return module

    def _get_host_cpu_name(self) -> str:
        return self._processor

    def _add_module(self, module: Any) -> None:
        pass

    def set_env(self, env_name: str, env: Any) -> None:
        pass


def compile_for(triple: str, processor: str, features: str) -> None:
    """Let all that numba compiles from now on be for a machine.

    Parameters
    ----------
    triple : str
        LLVM's name of the machine and its system.
    processor, features : str
        As LLVM knows them.
    """
    os.environ[TARGET_VARIABLE] = " ".join((triple, processor, features))
    binding.initialize_all_targets()
    binding.initialize_all_asmprinters()
    cpu_target.target_context._internal_codegen = _Codegen(triple, processor, features)
