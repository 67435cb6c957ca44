"""The source keeps the structure that it is meant to have, read without running it."""

from __future__ import annotations

import ast
import runpy
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "ronn_jack"
MODULES = sorted(PACKAGE.rglob("*.py"))
MOST_LINES = 400
MOST_MODULES = 16
TAGS = ("[audio-thread]", "[control-thread]", "[any-thread]")

FOUNDATION = {"action_fields", "closing", "errors", "units", "files", "folders", "parameters"}
MAY_IMPORT: dict[str, set[str]] = {
    "action_fields": {"errors", "files", "parameters"},
    "closing": set(),
    "errors": set(),
    "units": set(),
    "process": set(),
    "folders": set(),
    "files": {"errors", "parameters"},
    "parameters": {"errors", "folders", "units"},
    "settings": {"action_fields", "errors", "files", "folders", "parameters"},
    "acoustics": set(),
    "model": {"acoustics", "errors", "parameters"},
    "model.latent": {"acoustics", "errors", "files", "parameters"},
    "realtime.compiler": {"errors"},
    "realtime.kernels": {"model.spec", "model.times", "model.weights", "realtime.compiler"},
    "realtime.motion": {"model.weights", "realtime.compiler", "realtime.kernels"},
    "realtime.meters": {"acoustics", "realtime.compiler"},
    "realtime.convolver": {"realtime.compiler", "realtime.kernels"},
    "realtime.stages": {
        "acoustics", "model.latent.decoders", "model.latent.equaliser", "model.recipes",
        "realtime.compiler", "realtime.convolver", "realtime.kernels",
    },
    "realtime": {"model.expression", "model.latent.equaliser", "model.protocol", "units"},
    "network": {"errors", "model", "realtime"},
    "cost": {*FOUNDATION, "model", "realtime"},
    "loudness": {"units", "realtime"},
    "presets": {*FOUNDATION, "model"},
    "control": {*FOUNDATION, "model"},
    "midimap": {*FOUNDATION, "control"},
    "hotswap": {*FOUNDATION, "model", "realtime", "cost", "loudness", "control"},
    "explore": {*FOUNDATION, "model", "realtime", "loudness", "hotswap", "control"},
    "pictures": {*FOUNDATION, "model", "realtime", "hotswap"},
    "original": {*FOUNDATION, "model.spec"},
    "imports": {*FOUNDATION, "audio_files", "model.latent"},
    "interfaces": {*FOUNDATION, "settings", "control"},
    "interfaces.state_keeper": {*FOUNDATION, "control", "presets"},
    "interfaces.midi": {*FOUNDATION, "settings", "control", "midimap"},
    "drivers": {"closing", "errors", "realtime"},
    "surfaces": {"errors", "parameters", "control"},
    "audio_files": {"errors"},
    "render": {
        *FOUNDATION, "audio_files", "model", "realtime", "loudness", "hotswap",
    },
    "export": {"audio_files", "hotswap", "loudness", "model", "realtime", *FOUNDATION},
    "interrupts": {"process", "drivers.jack_calls"},
    "supervisor": {"errors", "control", "hotswap", "drivers"},
    "app": {
        *FOUNDATION, "settings", "cost", "presets", "control", "hotswap", "explore", "interfaces",
        "drivers", "pictures", "midimap.profile_file", "supervisor", "interrupts", "running_nodes",
    },
    "running_nodes": {"errors", "files"},
    "sessions": {
        *FOUNDATION, "settings", "app", "control", "drivers", "interfaces", "interrupts",
        "midimap.profile_file", "presets", "process",
    },
    "doctor": {*FOUNDATION, "settings", "interfaces", "drivers", "realtime.compiler"},
    "demo": {
        *FOUNDATION, "interrupts", "settings", "app", "presets", "control", "interfaces", "drivers",
        "audio_files", "loudness.phrase",
    },
    "bench": {
        *FOUNDATION, "settings", "export", "loudness.phrase", "model", "realtime", "cost",
        "hotswap", "control", "interfaces", "drivers", "app", "pictures.plots.saving",
    },
    "bench.portrait": {"bench.sources", "explore", "model", "network", "parameters", "render"},
    "bench.feel": {
        *FOUNDATION, "settings", "audio_files", "bench", "model", "network", "presets", "realtime",
        "loudness", "hotswap", "explore", "control", "interfaces", "drivers",
    },
    "commands": set(),
    "commands.bench": {"bench", "commands.compiling", "commands.options", "errors"},
    "commands.compiling": {"commands.kernels", "realtime.compiler"},
    "commands.kernels": {"cost", "drivers", "hotswap", "realtime"},
    "commands.options": {*FOUNDATION, "model.latent", "presets"},
    "commands.plot": {
        "audio_files", "commands.compiling", "commands.options", "errors", "model", "pictures",
        "render",
    },
    "commands.surfaces": {"presets", "surfaces"},
    "commands.place": {*FOUNDATION, "interfaces", "running_nodes", "settings"},
    "commands.midi": {"commands.options", "commands.place", "errors", "settings", "interfaces"},
    "commands.presets": {*FOUNDATION, "commands.options", "presets"},
    "commands.banks": {*FOUNDATION, "commands.options", "commands.place", "interfaces"},
    "commands.exporting": {
        *FOUNDATION, "audio_files", "commands.banks", "commands.compiling", "commands.options",
        "commands.place", "export",
    },
    "commands.importing": {*FOUNDATION, "commands.options", "presets", "original", "imports"},
    "cli": {
        *FOUNDATION, "commands", "process",
        "settings", "control", "cost", "interfaces", "model", "presets", "app", "bench", "demo",
        "doctor", "render",
        "realtime.compiler", "interrupts", "drivers.jack_library", "midimap",
        "running_nodes", "sessions",
    },
    "__main__": {"cli", "process", "drivers.jack_calls"},
    "__init__": {"model", "network"},
}  # fmt: skip
"""What a module or the modules of a package may import, besides its own package.

The longest name that fits a module counts. What is not listed here is forbidden.
"""


def name_of(path: Path) -> str:
    """Return a module's name within the package, such as "model.spec"."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)


TREES = {name_of(path): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
PATHS = {name_of(path): path for path in MODULES}


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the full names of all that is imported, wherever in the module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide where they lead"
            assert node.module is not None
            for alias in node.names:
                yield f"{node.module}.{alias.name}"


def own_imports(name: str) -> set[str]:
    """Return the package's modules that a module imports."""
    found = set()
    for full in imported(TREES[name]):
        inside = full.removeprefix("ronn_jack.")
        while inside and inside != full and inside not in TREES:
            inside = inside.rpartition(".")[0]
        if inside and inside != full:
            found.add(inside)
    return found


def is_within(name: str, scope: str) -> bool:
    return name == scope or name.startswith(f"{scope}.")


def allowed_for(name: str) -> set[str]:
    """Return what a module may import; its own package is always among it."""
    row = max((row for row in MAY_IMPORT if is_within(name, row)), key=len)
    return MAY_IMPORT[row] | ({row} if PATHS[row].stem == "__init__" else set())


def test_imports_lead_one_way() -> None:
    strays = [
        (name, other)
        for name in TREES
        for other in own_imports(name)
        if not any(is_within(other, room) for room in allowed_for(name))
    ]
    assert strays == []


def test_the_rules_know_only_what_exists_and_see_a_stray() -> None:
    packages = {name.partition(".")[0] for name in TREES}
    assert {row.partition(".")[0] for row in MAY_IMPORT} == packages
    assert "control.operations" in own_imports("interfaces.osc.dispatcher")
    assert "drivers.jack_library" in own_imports("drivers.jack_driver")
    assert not any(
        is_within("control.protocols", scope) for scope in allowed_for("realtime.engine")
    )


def test_no_modules_import_each_other_in_a_circle() -> None:
    left = {name: own_imports(name) - {name} for name in TREES}
    while left:
        free = [name for name, needs in left.items() if not needs & left.keys()]
        assert free, f"a circle among {sorted(left)}"
        for name in free:
            del left[name]


def test_the_drawing_shows_the_rooms_as_they_are() -> None:
    docs = PACKAGE.parent / "docs"
    drawing: str = runpy.run_path(str(docs / "rooms.py"))["drawing"]()
    assert (docs / "rooms.svg").read_text(encoding="utf-8") == drawing, "run `make docs`"


def test_only_the_drivers_know_libjack_s_binding() -> None:
    users = {
        name
        for name, tree in TREES.items()
        if any(full.partition(".")[0] == "jack" for full in imported(tree))
    }
    assert users
    assert all(is_within(name, "drivers") for name in users)


def test_the_engine_knows_neither_threads_nor_files_nor_logs() -> None:
    for name in (name for name in TREES if is_within(name, "realtime")):
        if is_within(name, "realtime.compiler"):
            continue
        tops = {full.partition(".")[0] for full in imported(TREES[name])}
        assert not tops & {"threading", "logging", "pathlib", "os", "time", "socket"}, name


def test_no_room_is_crowded() -> None:
    rooms: dict[Path, list[str]] = {}
    for path in MODULES:
        if path.stem not in ("__init__", "__main__"):
            rooms.setdefault(path.parent, []).append(path.stem)
    crowded = {
        str(room.relative_to(PACKAGE)): len(m) for room, m in rooms.items() if len(m) > MOST_MODULES
    }
    assert not crowded


def test_a_module_is_explained_and_not_too_long() -> None:
    assert [name for name, tree in TREES.items() if not ast.get_docstring(tree)] == []
    assert too_long(PATHS) == []


def too_long(paths: Mapping[str, Path]) -> list[str]:
    return [
        name
        for name, path in paths.items()
        if len(path.read_text(encoding="utf-8").splitlines()) > MOST_LINES
    ]


def test_a_module_of_the_page_is_explained_and_not_too_long() -> None:
    paths = {str(path): path for path in (PACKAGE / "page").rglob("*.js")}
    own = {name: path for name, path in paths.items() if path.parent.name != "vendor"}
    lines = {name: path.read_text(encoding="utf-8").splitlines() for name, path in own.items()}
    assert too_long(own) == []
    assert [name for name, each in lines.items() if not each[0].startswith("// ")] == []
    assert [name for name, each in lines.items() if max(map(len, each)) > 120] == []


def test_only_the_command_line_prints() -> None:
    for name in (name for name in TREES if not name.startswith(("cli", "commands"))):
        called = {ast.unparse(n.func) for n in ast.walk(TREES[name]) if isinstance(n, ast.Call)}
        written = {"print", "click.echo", "sys.stderr.write"}
        if not is_within(name, "bench"):  # whose helpers are processes that answer on their stdout
            written.add("sys.stdout.write")
        assert not called & written, name


def test_compiled_functions_say_which_thread_may_call_them() -> None:
    for name, tree in TREES.items():
        if is_within(name, "realtime"):
            assert untagged(tree) == [], name


def untagged(tree: ast.Module) -> list[str]:
    """Return a module's public compiled functions that do not say which thread may call them."""
    # A module whose functions all belong to one thread says so once.
    whole = ast.get_docstring(tree) or ""
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            called = {ast.unparse(d.func) for d in node.decorator_list if isinstance(d, ast.Call)}
            first = (ast.get_docstring(node) or "").partition("\n\n")[0]
            if called & {"entry", "native"} and not any(tag in first + whole for tag in TAGS):
                found.append(node.name)
    return found


COMPILERS = {"entry", "native", "shared", "intrinsic"}


def names_in(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def foreign_names_compiled(tree: ast.Module, watched: Iterable[str] = ("realtime",)) -> set[str]:
    """Return what compiled functions use of the package's modules other than those watched."""
    foreign = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and is_within(node.module or "", "ronn_jack")
        for alias in node.names
        if not any(is_within(f"{node.module}.{alias.name}", f"ronn_jack.{w}") for w in watched)
    }
    used = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and names_in(node.value) & foreign:
            foreign |= set().union(*map(names_in, node.targets))
        elif isinstance(node, ast.FunctionDef) and COMPILERS & set().union(
            *map(names_in, node.decorator_list)
        ):
            used |= names_in(node) & foreign
    return used


def test_what_is_compiled_uses_only_sources_that_the_cache_watches() -> None:
    # The key covers the engine's package, and a kernel's identity the file that it stands in.
    for name, tree in TREES.items():
        # The export keeps what it compiles by a key of its own package besides.
        watched = ("realtime", "export") if is_within(name, "export") else ("realtime",)
        assert foreign_names_compiled(tree, watched) == set(), name


def test_a_kernel_that_could_become_stale_is_seen() -> None:
    tree = ast.parse(
        "from ronn_jack.bench.networks import RATE\n"
        "from ronn_jack.realtime.compiler.compile import entry\n"
        "_TWICE = 2 * RATE\n"
        '@entry("int64()")\n'
        "def rate():\n    return _TWICE\n"
    )
    assert foreign_names_compiled(tree) == {"_TWICE"}


TESTS = Path(__file__).parent
TEST_MODULES = {str(path.relative_to(TESTS)): path for path in sorted(TESTS.rglob("*.py"))}
CROSS_CUTTING = {
    "bench/test_figures.py": "the rows of every benchmark",
    "drivers/test_realtime_rules.py": "the whole callback, counted from outside",
    "hotswap/test_second_model.py": "a model by the protocol, through all of the room",
    "model/test_golden_audio.py": "recipes and kernels, held to the original programs",
    "model/test_golden_weights.py": "recipes and initialisers, held to the original programs",
    "midimap/test_shipped_profiles.py": "the files in configs/midi",
    "presets/test_shipped.py": "the files in configs/presets",
    "presets/test_shipped_sounds.py": "the same, as they sound",
    "realtime/test_seamless.py": "the engine with all that can be changed in it",
    "realtime/compiler/test_hosts.py": "the kernels' tests, as other hosts would run them",
    "test_any_architecture.py": "end to end: whatever the table allows",
    "test_architecture.py": "the source itself",
    "test_damaged_files.py": "every reader of files, and what is done with what they read",
    "test_desktop_files.py": "the files in configs/desktop",
    "test_end_to_end.py": "end to end: what goes in and comes out",
    "test_equaliser_live.py": "end to end: the equaliser's knobs",
    "test_examples.py": "end to end: what stands in examples/",
    "test_foreign_clients.py": "end to end: programs that others have written",
    "test_hanging_jack.py": "end to end: a JACK that hangs",
    "test_live_changes.py": "end to end: changes while music plays",
    "test_log_json.py": "end to end: the event log of a node",
    "test_made_up_parameter.py": "end to end: a parameter more",
    "test_oracle.py": "the tests' own oracle",
    "test_pipewire.py": "end to end: another kind of server",
    "test_protection.py": "the tests' own protection",
    "test_random_ends.py": "end to end: nodes that are ended at any moment",
    "test_readers.py": "every reader of files",
    "test_restore.py": "end to end: a node that goes on where it was left",
    "test_reverb_knobs.py": "end to end: the reverb's knobs that are swept",
    "test_storm.py": "end to end: too much of everything",
    "test_sweep.py": "end to end: a knob that is swept",
    "test_two_nodes.py": "end to end: two nodes on a server that restarts",
}
"""Test modules that belong to no single module of the package, and what they are of."""


def namesake(relative: str) -> str | None:
    """Return the module or package that a test module is named after: `test_NAME[_SUBJECT].py`."""
    place = Path(relative)
    room, subject = PACKAGE / place.parent, place.stem.removeprefix("test_")
    names = {path.stem for path in room.glob("[!_]*")} | {room.name}
    return max((n for n in names if f"{subject}_".startswith(f"{n}_")), key=len, default=None)


def test_tests_lie_where_what_they_test_lies() -> None:
    tests = {name for name in TEST_MODULES if Path(name).name.startswith("test_")}
    assert CROSS_CUTTING.keys() <= tests, "they are gone"
    assert {name for name in tests if not namesake(name)} == CROSS_CUTTING.keys()


def test_a_test_of_nothing_is_seen() -> None:
    assert namesake("hotswap/test_builder_races.py") == "builder"
    assert namesake("original/test_original.py") == "original"
    assert not namesake("hotswap/test_building.py")
    assert not namesake("nowhere/test_builder.py")


def test_a_test_module_is_not_too_long_and_lends_nothing() -> None:
    assert too_long(TEST_MODULES) == []
    # What several test modules need stands in a module of its own, or in tests/support/.
    for name, path in TEST_MODULES.items():
        names = imported(ast.parse(path.read_text(encoding="utf-8")))
        borrowed = {full for full in names if full.startswith("tests.") and ".test_" in full}
        assert not borrowed, name
