// The page, put together.

import { Bubbles } from "./bubbles.js";
import { LearnButton } from "./controls/learning.js";
import { html, render, useRef } from "./libraries.js";
import { connect, connected, denied, hidden, status } from "./node.js";
import { PresetBar } from "./presets.js";
import { History, SnapshotRow } from "./recall.js";
import { Strip } from "./strip.js";
import { ChosenView, Tabs, chosen } from "./tabs.js";
import { ThemeButton } from "./theme.js";
import { takeToken } from "./token.js";

function Page() {
  const there = connected.value;
  return html`<div class=${there ? "view" : "view lost"} inert=${!there}>
      <header>
        <div class="brand">
          <h1>ronn</h1>
          <span class="state">${there ? (status("state") ?? "") : "no node"}</span>
        </div>
        ${
          !chosen.value.bare &&
          html`<${PresetBar} />
            <${SnapshotRow} />
            <${History} />`
        }
        <div class="bar-group tools">
          ${!chosen.value.bare && html`<${LearnButton} />`}
          <${ThemeButton} />
        </div>
        <${Tabs} />
      </header>
      <${ChosenView} />
      <${Strip} />
    </div>
    <div class="gone" role="status">${!there && html`<${Gone} />`}</div>
    <${Bubbles} />`;
}

function Gone() {
  if (hidden.value) {
    return html`The session has hidden this page. <button class="button" onClick=${connect}>Show it again</button>`;
  }
  return denied.value ? html`<${Ask} />` : "The node does not answer. Looking for it…";
}

/** Ask for the token. */
function Ask() {
  const input = useRef(null);
  const submit = (event) => {
    event.preventDefault();
    takeToken(input.current.value);
    connect();
  };
  return html`<form class="ask" onSubmit=${submit}>
    <label for="token">
      The node lets this page in by its token. Open the address that it has printed, scan its code, or write the token:
    </label>
    <div class="dialog-row">
      <input id="token" ref=${input} required autocomplete="off" autocapitalize="off" spellcheck=${false} />
      <button type="submit" class="button strong">Enter</button>
    </div>
  </form>`;
}

const place = document.getElementById("page");
place.replaceChildren();
render(html`<${Page} />`, place);
connect();
