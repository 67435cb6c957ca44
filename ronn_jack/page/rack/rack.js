// The view of what stands after the network, or before it: the equaliser and the reverb.

import { html } from "../libraries.js";
import { usePictures } from "../see/pictures.js";
import { EqualiserPanel } from "./equaliser.js";
import { ReverbPanel } from "./reverb.js";

export function Rack() {
  usePictures(true);
  return html`<div class="rack">
    <${EqualiserPanel} />
    <${ReverbPanel} />
  </div>`;
}
