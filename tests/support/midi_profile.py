"""A MIDI profile with every kind of control and every key."""

PROFILE = """
version = 1
[[binding]]
message = "cc"
number = 7
parameter = "mix"
[[binding]]
message = "cc"
number = 1
bits = 14
parameter = "morph"
[[binding]]
message = "nrpn"
number = 130
parameter = "drift_depth"
[[binding]]
message = "rpn"
number = 1
bits = 7
parameter = "input_gain"
[[binding]]
message = "pitch_bend"
parameter = "xy_x"
[[binding]]
message = "channel_pressure"
parameter = "xy_y"
[[binding]]
message = "key_pressure"
number = 60
parameter = "output_gain"
[[binding]]
message = "note"
number = 36
action = "reseed"
[[binding]]
message = "cc"
number = 80
relative = "sign_magnitude"
parameter = "layers"
[[binding]]
message = "program"
bank = true
action = "preset_load"
[[binding]]
message = "cc"
number = 81
relative = "twos_complement"
detents = 24
parameter = "fade_ms"
[[binding]]
message = "cc"
number = 27
channel = 3
takeover = "scale"
parameter = "drift_rate"
minimum = 8.0
maximum = 0.5
curve = "exponential"
[[binding]]
message = "cc"
number = 82
motor = true
parameter = "budget"
[[binding]]
message = "note"
number = 37
gesture = "long"
threshold = 30
action = "preset_save"
argument = "mine"
[[binding]]
message = "note"
number = 37
parameter = "bypass"
mode = "toggle"
[[binding]]
message = "cc"
number = 83
parameter = "activation"
value = "tanh"
[defaults]
bits = 7
takeover = "jump"
motor = false
"""
