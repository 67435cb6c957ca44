// The view to look: the network as it is, what it does to the sound, and what that costs.

import { html } from "../libraries.js";
import { ActivationCard, WeightsCard } from "./layer.js";
import { MachineCard } from "./machine.js";
import { NetworkCard } from "./network.js";
import { usePictures } from "./pictures.js";
import { ResponseCards } from "./responses.js";
import { ScopeCard, SpectrumCard } from "./signal.js";
import { SpectrogramCard } from "./spectrogram.js";

export function See() {
  usePictures();
  return html`<div class="see">
    <${NetworkCard} />
    <${ActivationCard} />
    <${WeightsCard} />
    <${ScopeCard} />
    <${SpectrumCard} />
    <${SpectrogramCard} />
    <${ResponseCards} />
    <${MachineCard} />
  </div>`;
}
