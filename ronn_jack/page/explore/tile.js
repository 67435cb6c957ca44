// One candidate: its picture, which is a button to keep it, and what is thought of it.

import { hinted } from "../bubbles.js";
import { Icon } from "../icons.js";
import { html } from "../libraries.js";
import { act, status } from "../node.js";
import { ACTIONS } from "../table.js";
import { auditioning, candidateAt, hear, isAsked, keep, point, pointAway } from "./candidates.js";
import { Course, Spectrum } from "./pictures.js";

const JUDGEMENTS = [
  { action: "candidate_like", icon: "heart" },
  { action: "candidate_dislike", icon: "dislike" },
  { action: "candidate_more", icon: "more" },
  { action: "candidate_never", icon: "never" },
];

/** Level after the input's end, against before, below which nothing is heard. */
const LEAST_TAIL_DB = -55;

/** A place for a candidate; `entry` where the keyboard comes to it. */
export function Tile({ place, entry, onReach }) {
  const found = candidateAt(place);
  if (!found) return html`<li class="tile empty"><span class="tile-number" aria-hidden="true">${place}</span></li>`;
  const heard = status("audition") === place;
  return html`<li class=${heard ? "tile heard" : "tile"} ...${pointedAt(place)}>
    <${Face} place=${place} found=${found} heard=${heard} entry=${entry} onReach=${onReach} />
    <div class="tile-actions">
      ${JUDGEMENTS.map(
        ({ action, icon }) =>
          html`<${Judgement}
            key=${action}
            action=${action}
            icon=${icon}
            place=${place}
            pressed=${action === "candidate_like" ? found.liked : undefined}
            entry=${entry}
          />`,
      )}
    </div>
  </li>`;
}

/** A sound that was kept: to be heard again, and chosen to be bred with another. */
export function KeptTile({ place, chosen, onChoose }) {
  const found = candidateAt(place);
  if (!found) return null;
  const heard = status("audition") === place;
  return html`<li class=${heard ? "tile small heard" : "tile small"} ...${pointedAt(place)}>
    <${Face} place=${place} found=${found} heard=${heard} entry />
    <button
      type="button"
      class="button"
      aria-pressed=${chosen}
      aria-label=${`Breed sound ${place}`}
      ...${hinted("choose two to breed")}
      onClick=${onChoose}
    >
      <${Icon} name="breed" />
    </button>
  </li>`;
}

function Face({ place, found, heard, entry, onReach }) {
  const choose = ({ pointerType }) => {
    // A finger can't point at what it does not press: its first tap is to hear.
    const byFinger = pointerType === "touch" || pointerType === "pen";
    if (byFinger && auditioning.value && !isAsked(place) && !heard) hear(place);
    else keep(place);
  };
  const { numbers, spectrum, course } = found;
  return html`<button
    type="button"
    class="tile-face"
    data-place=${place}
    tabindex=${entry ? 0 : -1}
    aria-current=${heard ? "true" : undefined}
    onFocus=${onReach}
    onClick=${choose}
    ...${hinted(`${found.words}, seed ${found.seed}`)}
  >
    <span class="for-readers">${spoken(place, found)}</span>
    <span class="tile-head" aria-hidden="true">
      <span class="tile-number">${place}</span>
      <span class="tile-words">${found.words.split(" · ")[0]}</span>
    </span>
    ${numbers && html`<${Spectrum} bands=${spectrum} /><${Course} steps=${course} />`}
    <span class="tile-numbers" aria-hidden="true">
      ${
        numbers
          ? html`<span>${tail(numbers)}</span><span>crest ${decibels(numbers.crest)}</span>`
          : html`<span>not heard yet</span>`
      }
    </span>
  </button>`;
}

function Judgement({ action, icon, place, pressed, entry }) {
  const row = ACTIONS.get(action);
  return html`<button
    type="button"
    class="button"
    tabindex=${entry ? 0 : -1}
    aria-label=${`${row.label}: candidate ${place}`}
    aria-pressed=${pressed}
    onClick=${() => act(action, place)}
    ...${hinted(row.description)}
  >
    <${Icon} name=${icon} />
  </button>`;
}

/** Return what lets a tile be heard while a mouse or the keyboard is at it. */
function pointedAt(place) {
  return {
    onPointerMove: ({ pointerType, movementX, movementY }) => {
      // A tile that is scrolled to where the mouse rests is not pointed at.
      if (pointerType === "mouse" && (movementX || movementY)) point(place);
    },
    onPointerLeave: ({ pointerType }) => pointerType === "mouse" && pointAway(place),
    onFocusIn: ({ target }) => {
      // After a click, which has said what it wants, the focus says nothing.
      if (target.matches(":focus-visible")) point(place);
    },
    onFocusOut: ({ currentTarget, relatedTarget }) => {
      if (!currentTarget.contains(relatedTarget)) pointAway(place);
    },
  };
}

function spoken(place, { words, seed, numbers, liked }) {
  const described = numbers ? `, ${tail(numbers)}, crest ${decibels(numbers.crest)}` : "";
  return `Keep candidate ${place}${liked ? ", liked" : ""}: ${words}, seed ${seed}${described}`;
}

function tail({ tail: level }) {
  return level > LEAST_TAIL_DB ? `tail ${decibels(level)}` : "no tail";
}

function decibels(number) {
  return `${number.toFixed(0).replace("-", "−")} dB`;
}
