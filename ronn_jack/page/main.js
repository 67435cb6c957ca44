// The page, put together.

import { Bubbles } from "./bubbles.js";
import { html, render } from "./libraries.js";
import { connect, connected, hidden, status } from "./node.js";
import { PresetBar } from "./presets.js";
import { History, SnapshotRow } from "./recall.js";
import { Strip } from "./strip.js";
import { ChosenView, Tabs } from "./tabs.js";
import { ThemeButton } from "./theme.js";

function Page() {
  const there = connected.value;
  return html`<div class=${there ? "view" : "view lost"} inert=${!there}>
      <header>
        <div class="brand">
          <h1>ronn</h1>
          <span class="state">${there ? (status("state") ?? "") : "no node"}</span>
        </div>
        <${PresetBar} />
        <${SnapshotRow} />
        <${History} />
        <${ThemeButton} />
        <${Tabs} />
      </header>
      <${ChosenView} />
      <${Strip} />
    </div>
    <p class="gone" role="status">${!there && html`<${Gone} />`}</p>
    <${Bubbles} />`;
}

function Gone() {
  if (!hidden.value) return "The node does not answer. Looking for it…";
  return html`The session has hidden this page. <button onClick=${connect}>Show it again</button>`;
}

const place = document.getElementById("page");
place.replaceChildren();
render(html`<${Page} />`, place);
connect();
