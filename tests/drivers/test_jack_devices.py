"""Which ports a node is connected with, as the servers name them."""

from __future__ import annotations

import pytest

from ronn_jack.drivers.jack_devices import (
    DEFAULT_DEVICE,
    Port,
    chosen,
    paired_sinks,
    paired_sources,
)

# As jackd lists them, and as PipeWire does, with the default device first.
JACKD = [Port("system:capture_1", True), Port("system:capture_2", True), Port("synth:out", False)]
PIPEWIRE = [
    Port("Firefox:output_FL", False),
    Port("Webcam:capture_MONO", True),
    Port("Studio Monitors:capture_FL", True),
    Port("Studio Monitors:capture_FR", True),
    Port("Studio Monitors:monitor_FL", False),
    Port("speakers:monitor_FL", False),
    Port("speakers:monitor_FR", False),
]


@pytest.mark.parametrize(
    ("ports", "pattern", "names"),
    [
        (JACKD, DEFAULT_DEVICE, ["system:capture_1", "system:capture_2"]),
        (JACKD, "synth", ["synth:out"]),
        (PIPEWIRE, DEFAULT_DEVICE, ["Webcam:capture_MONO"]),
        (PIPEWIRE, "speakers", []),
        (PIPEWIRE, "MONO$", ["Webcam:capture_MONO"]),
        (PIPEWIRE, "speakers:monitor", ["speakers:monitor_FL", "speakers:monitor_FR"]),
        (PIPEWIRE, "Monitors", ["Studio Monitors:capture_FL", "Studio Monitors:capture_FR"]),
        (PIPEWIRE, "monitor_FR", ["speakers:monitor_FR"]),
        (PIPEWIRE, "F|M", [port.name for port in (*PIPEWIRE[1:4], PIPEWIRE[0])]),
        ([Port("virtual:capture_FL", False)], DEFAULT_DEVICE, ["virtual:capture_FL"]),
        (PIPEWIRE[:1] + PIPEWIRE[4:], DEFAULT_DEVICE, []),
    ],
)
def test_devices_come_first_and_monitors_only_when_named(ports, pattern, names):
    assert chosen(ports, pattern) == names


def test_a_lone_source_is_heard_by_both_inputs_and_a_lone_input_hears_the_first():
    assert paired_sources(["in_1", "in_2"], ["a"]) == [("in_1", "a"), ("in_2", "a")]
    assert paired_sources(["in_1"], ["a", "b"]) == [("in_1", "a")]
    assert paired_sources(["in_1", "in_2"], ["a", "b", "c"]) == [("in_1", "a"), ("in_2", "b")]


def test_a_lone_output_goes_to_both_speakers_and_both_outputs_to_a_lone_one():
    assert paired_sinks(["out_1"], ["a", "b", "c"]) == [("out_1", "a"), ("out_1", "b")]
    assert paired_sinks(["out_1", "out_2"], ["a"]) == [("out_1", "a"), ("out_2", "a")]
