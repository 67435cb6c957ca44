// The view to find a sound by ear: candidates to hear, keep, judge and breed.

import { ActionButton } from "../controls/control.js";
import { hinted } from "../bubbles.js";
import { html, useEffect, useState } from "../libraries.js";
import { ROOT, act, status } from "../node.js";
import { ACTIONS } from "../table.js";
import { CANDIDATES, KEPT, auditioning, back, candidateAt, switchAuditioning, useCandidates } from "./candidates.js";
import { KeptTile, Tile } from "./tile.js";

const DISTANCES = [
  { label: "Near", amount: 0.15 },
  { label: "Middle", amount: 0.4 },
  { label: "Far", amount: 1 },
];
const SAME = 0.005;
const FROM = {
  present: "",
  one: "Sounds like one that you wanted more of.",
  two: "Sounds between two that you have kept.",
};

export function Explore() {
  useCandidates();
  useEffect(() => {
    const escape = ({ key }) => key === "Escape" && back();
    document.addEventListener("keydown", escape);
    return () => document.removeEventListener("keydown", escape);
  }, []);
  return html`<div class="explore">
    <${Tools} />
    <${Kept} />
    <${Grid} />
  </div>`;
}

function Tools() {
  const heard = status("audition");
  return html`<div class="explore-tools">
    <div class="bar-group audition-tools">
      <button
        type="button"
        role="switch"
        class="button audition-switch"
        aria-checked=${auditioning.value}
        data-address=${`${ROOT}audition`}
        onClick=${switchAuditioning}
        ...${hinted("point at a candidate, or tap it, to hear it; leave it, and the sound before is back")}
      >
        Audition
        <span class="toggle-track" aria-hidden="true"><span class="toggle-mark"></span></span>
      </button>
      <${ActionButton} name="audition_end" disabled=${!heard}>Back<//>
      <${ActionButton} name="audition_keep" disabled=${!heard}>Keep<//>
    </div>
    <div class="bar-group" role="group" aria-label="How far from the present sound" data-address=${`${ROOT}explore`}>
      ${DISTANCES.map((distance) => html`<${Distance} key=${distance.label} ...${distance} />`)}
    </div>
    <p class="explore-state" role="status">${state()}</p>
  </div>`;
}

/** A choice of how far candidates are from the present sound; once more, it looks for others. */
function Distance({ label, amount }) {
  const chosen = status("exploring_from") === "present" && Math.abs(status("exploring_amount") - amount) < SAME;
  return html`<button
    type="button"
    class="button"
    aria-pressed=${chosen}
    onClick=${() => act("explore", amount)}
    ...${hinted(`look for candidates ${label.toLowerCase()} from the present sound; once more, for others`)}
  >
    ${label}
  </button>`;
}

function state() {
  const found = CANDIDATES.filter(candidateAt).length;
  const all = `${found} candidates.`;
  const words = {
    off: "Nothing is looked for: explore is off in the settings.",
    searching: found < CANDIDATES.length ? `${found} of ${CANDIDATES.length} found, and looking for more.` : all,
    full: all,
    exhausted: `${found} found, and nothing else that is new.`,
  };
  return [FROM[status("exploring_from")], words[status("exploring")]].filter(Boolean).join(" ");
}

function Kept() {
  const [pair, setPair] = useState([]);
  const kept = KEPT.filter(candidateAt);
  const chosen = pair.filter((place) => kept.includes(place));
  const choose = (place) => {
    const others = chosen.filter((each) => each !== place);
    setPair(others.length < chosen.length ? others : [...others, place].slice(-2));
  };
  const breed = () => {
    act("breed", chosen.join(" "));
    setPair([]);
  };
  const row = ACTIONS.get("breed");
  return html`<section class="kept" aria-labelledby="kept-title">
    <div class="kept-head">
      <h2 id="kept-title">Kept</h2>
      <button
        type="button"
        class="button"
        data-address=${`${ROOT}breed`}
        aria-disabled=${chosen.length < 2}
        onClick=${() => chosen.length === 2 && breed()}
        ...${hinted(row.description)}
      >
        ${row.label}
      </button>
    </div>
    ${
      kept.length
        ? html`<ul class="kept-tiles" aria-label="Kept sounds">
            ${kept.map(
              (place) =>
                html`<${KeptTile}
                  key=${place}
                  place=${place}
                  chosen=${chosen.includes(place)}
                  onChoose=${() => choose(place)}
                />`,
            )}
          </ul>`
        : html`<p class="none">What you keep gathers here. Choose two of them to breed.</p>`
    }
  </section>`;
}

/** All candidates; of them the keyboard comes to one, and goes on by arrows. */
function Grid() {
  const [wanted, setWanted] = useState(CANDIDATES[0]);
  const there = CANDIDATES.filter(candidateAt);
  const entry = there.includes(wanted) ? wanted : there[0];
  return html`<ul class="tiles" aria-label="Candidates" onKeyDown=${move}>
    ${CANDIDATES.map(
      (place) =>
        html`<${Tile} key=${place} place=${place} entry=${place === entry} onReach=${() => setWanted(place)} />`,
    )}
  </ul>`;
}

function move(event) {
  if (!event.target.matches(".tile-face")) return;
  const faces = [...event.currentTarget.querySelectorAll(".tile-face")];
  const place = faces.indexOf(event.target);
  const next = {
    ArrowRight: () => faces[place + 1],
    ArrowLeft: () => faces[place - 1],
    ArrowDown: () => nearestIn(faces.slice(place + 1), event.target),
    ArrowUp: () => nearestIn(faces.slice(0, place).reverse(), event.target),
    Home: () => faces[0],
    End: () => faces.at(-1),
  }[event.key]?.();
  if (!next) return;
  event.preventDefault();
  next.focus();
}

/** Return the first of some tiles that stands above or below another. */
function nearestIn(faces, from) {
  const { left, right } = from.getBoundingClientRect();
  return faces.find((face) => {
    const box = face.getBoundingClientRect();
    return box.left < right && box.right > left;
  });
}
