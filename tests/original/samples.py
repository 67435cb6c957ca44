"""Sounds of the original as its users have them: a notebook's cell, a plugin's state."""

NOTEBOOK_CELL = """\
#@title ronn parameters { vertical-output: true, form-width: "60%" }
input_gain_dB = 3 #@param {type:"slider", min:-24, max:24, step:1}
n_layers = 4 #@param {type:"slider", min:1, max:6, step:1}
n_channels = 32 #@param {type:"slider", min:1, max:32, step:1}
kernel_size = 21 #@param {type:"slider", min:1, max:128, step:1}
dilation_growth = 20 #@param {type:"slider", min:1, max:20, step:1}
seed = 25 #@param {type:"slider", min:1, max:100, step:1}
init = "xavier_uniform" #@param ["normal", "uniform", "xavier_uniform"]
activation = "ELU" #@param ["ReLU", "LeakyReLU"]
max_duration = 15 #@param {type:"slider", min:1, max:320, step:1}

params = {"n_inputs": c, "n_outputs": 2, "n_layers": n_layers,
          "n_channels": n_channels, "kernel_size": kernel_size,
          "activation": activation, "dilation_growth": dilation_growth,
          "init": init, "film_dim": 2, "seed": seed}

x_crop, out = run(x, sample_rate, params, max_duration, input_gain_dB)
"""

STATE = """<?xml version="1.0" encoding="UTF-8"?>

<ronn>
  <PARAM id="activation" value="2.0"/>
  <PARAM id="channels" value="12.0"/>
  <PARAM id="depthwise" value="1.0"/>
  <PARAM id="dilation" value="2.0"/>
  <PARAM id="initType" value="3.0"/>
  <PARAM id="inputGain" value="6.400001525878906"/>
  <PARAM id="kernel" value="9.0"/>
  <PARAM id="layers" value="5.0"/>
  <PARAM id="linkGain" value="0.0"/>
  <PARAM id="outputGain" value="-3.0"/>
  <PARAM id="seed" value="42.0"/>
  <PARAM id="useBias" value="0.0"/>
</ronn>
"""
