// The run list: which runs are drawn, which are ticked, and what is done with them.
import { Charts } from "fixpoint/charts";
import { Live } from "fixpoint/live";
import { wireToolbar } from "fixpoint/toolbar";
import { View, write } from "fixpoint/view";

const MOST = 50; // runs in one chart
const view = new View();
const root = document.querySelector("[data-charts]");
const charts = new Charts(root, view);
const rows = document.querySelector(".rows");
const bulk = document.getElementById("bulk");
const all = document.querySelector("[data-all]");
wireToolbar(view);

function refresh() {
  if (!new URLSearchParams(location.search).has("show")) followNewest();
  countTicked();
  return charts.load();
}

// Until the reader chooses, the server says which runs are drawn.
function followNewest() {
  root.dataset.runs = rows.dataset.runs;
  showEyes(new Set(rows.dataset.runs.split(",")));
}

function showEyes(shown) {
  for (const eye of rows.querySelectorAll("[data-eye]")) {
    eye.setAttribute("aria-pressed", String(shown.has(eye.dataset.eye)));
  }
}

function choose(eye) {
  const shown = new Set(root.dataset.runs.split(",").filter(Boolean));
  if (shown.has(eye.dataset.eye)) shown.delete(eye.dataset.eye);
  else shown.add(eye.dataset.eye);
  while (shown.size > MOST) shown.delete(shown.values().next().value);
  root.dataset.runs = [...shown].join(",");
  showEyes(shown);
  write({ show: root.dataset.runs });
  charts.load();
}

function ticks() {
  return [...rows.querySelectorAll('input[name="runs"]')];
}

function countTicked() {
  const ticked = ticks().filter((tick) => tick.checked);
  bulk.hidden = !ticked.length;
  bulk.querySelector("[data-ticked]").textContent = String(ticked.length);
  const compare = bulk.querySelector("[data-compare]");
  compare.disabled = ticked.length < 2;
  all.checked = ticked.length > 0 && ticked.length === ticks().length;
  all.indeterminate = ticked.length > 0 && !all.checked;
}

function compare(button) {
  const ids = ticks().filter((tick) => tick.checked).map((tick) => tick.value);
  location.assign(`${button.dataset.compare}?runs=${ids.reverse().join(",")}`); // the oldest is the baseline
}

rows.addEventListener("click", ({ target }) => {
  const eye = target.closest("[data-eye]");
  if (eye) choose(eye);
});
rows.addEventListener("change", countTicked);
all.addEventListener("change", () => {
  for (const tick of ticks()) tick.checked = all.checked;
  countTicked();
});
bulk.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-compare]");
  if (button) compare(button);
});

countTicked();
charts.load().catch(() => {});
new Live(refresh);
