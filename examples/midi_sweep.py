"""Turn a knob of a running node by MIDI: sweep a controller up and down, then press reseed.

python examples/midi_sweep.py [CONTROLLER [SECONDS [CLIENT]]]

The generic profile reads CC 20 as layers and CC 26 as mix; CC 28 reseeds when it crosses 64.
"""

import sys
import time

import rtmidi
from rtmidi.midiconstants import CONTROL_CHANGE

RESEED = 28

controller = int(sys.argv[1]) if len(sys.argv) > 1 else 20
seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 4.0
client = sys.argv[3] if len(sys.argv) > 3 else "ronn"

keys = rtmidi.MidiOut(rtapi=rtmidi.API_UNIX_JACK, name="sweep")
ports = keys.get_ports()
keys.open_port(ports.index(f"{client}:midi_in"), name="out")
values = [*range(128), *reversed(range(128))]
for value in values:
    keys.send_message([CONTROL_CHANGE, controller, value])
    time.sleep(seconds / len(values))
for value in (127, 0):
    keys.send_message([CONTROL_CHANGE, RESEED, value])
time.sleep(0.1)  # the messages leave with the next block
keys.close_port()
print(f"swept CC {controller} through {client}:midi_in")
