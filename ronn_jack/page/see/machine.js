// What the node takes of the machine, over the last minute.

import { html, signal, useEffect } from "../libraries.js";
import { parameter, status } from "../node.js";
import { axes, inside, line, linear, short } from "./axes.js";
import { Canvas } from "./canvas.js";

const SECONDS = 60;
const STEP_MS = 250;
const FACTS = [
  ["network_load", "Network", percent],
  ["callback_p99", "99 % of callbacks", percent],
  ["callback_max", "Longest callback", percent],
  ["xruns", "Xruns", String],
  ["build_ms", "Last build", ms],
  ["change_to_sound_ms", "Change to sound", ms],
];

const course = signal([]);

function note() {
  const load = status("load");
  const now = performance.now() / 1e3;
  if (load === null) return;
  course.value = [...course.value.filter(({ at }) => now - at <= SECONDS), { at: now, load }];
}

export function MachineCard() {
  useEffect(() => {
    const noting = setInterval(note, STEP_MS);
    return () => clearInterval(noting);
  }, []);
  return html`<section class="group wide machine" aria-labelledby="see-machine">
    <h2 id="see-machine">Machine</h2>
    <p class="facts">Load, as a share of the period, with the budget</p>
    <${Canvas} label="Load over the last minute, with the budget" draw=${drawLoad} />
    <dl class="figures">
      ${FACTS.map(([name, label, words]) => {
        const value = status(name);
        return html`<div key=${name}>
          <dt>${label}</dt>
          <dd>${value === null ? "–" : words(value)}</dd>
        </div>`;
      })}
    </dl>
  </section>`;
}

function percent(share) {
  return `${short(share * 100, 2)} %`;
}

function ms(value) {
  return value ? `${short(value)} ms` : "–";
}

function drawLoad(context, view) {
  const { colours } = view;
  const box = inside(view);
  const points = course.value;
  const now = points.at(-1)?.at ?? 0;
  const top = Math.max(1, ...points.map(({ load }) => load));
  const x = linear([-SECONDS, 0], [box.left, box.right]);
  const y = linear([0, top], [box.bottom, box.top]);
  axes(
    context,
    box,
    colours,
    [-60, -40, -20, 0].map((s) => [x(s), s ? `−${-s} s` : "now"]),
    [0, 0.25, 0.5, 0.75, 1].map((share) => [y(share), share % 0.5 ? "" : `${share * 100} %`]),
  );
  context.strokeStyle = colours.hot;
  context.lineWidth = 1.5;
  context.setLineDash([5, 4]);
  const budget = y(parameter("budget"));
  line(context, box.left, budget, box.right, budget);
  context.setLineDash([]);
  context.fillStyle = colours.hot;
  context.textAlign = "left";
  context.textBaseline = "bottom";
  context.fillText("budget", box.left + 4, budget - 2);
  context.strokeStyle = colours.accent;
  context.lineWidth = 2;
  context.beginPath();
  for (const { at, load } of points) context.lineTo(Math.max(box.left, x(at - now)), y(load));
  context.stroke();
}
