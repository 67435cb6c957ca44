// The views of the page, in the order of their tabs: the name is what the address says after its #.
//
// A view is put there when it is chosen and taken away when another is, with all that it listens to.
// One that is bare has presets, snapshots and history of its own, or none.

import { Explore } from "./explore/explore.js";
import { Play } from "./play.js";
import { Rack } from "./rack/rack.js";
import { See } from "./see/see.js";
import { Stage } from "./stage.js";

export const VIEWS = [
  { name: "play", label: "Play", View: Play },
  { name: "rack", label: "Rack", View: Rack },
  { name: "see", label: "See", View: See },
  { name: "explore", label: "Explore", View: Explore },
  { name: "stage", label: "Stage", View: Stage, bare: true },
];
