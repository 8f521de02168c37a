// The run list: which runs are drawn, which are ticked, and what is done with them.
import { Charts, behind } from "fixpoint/charts";
import { Facet } from "fixpoint/facet";
import { Live } from "fixpoint/live";
import { Search } from "fixpoint/search";
import { Ticks } from "fixpoint/ticks";
import { wireToolbar } from "fixpoint/toolbar";
import { View, write } from "fixpoint/view";

const MOST = 50; // runs in one chart
const view = new View();
const root = document.querySelector("[data-charts]");
const charts = new Charts(root, view);
const rows = document.querySelector(".rows");
const ticks = new Ticks(rows);
new Search();
new Facet(document.querySelector("[data-facet]"));
wireToolbar(view);

function refresh() {
  if (!new URLSearchParams(location.search).has("show")) followNewest();
  ticks.show();
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
  charts.load().catch(behind);
}

rows.addEventListener("click", ({ target }) => {
  const eye = target.closest("[data-eye]");
  if (eye) choose(eye);
});

charts.load().catch(behind);
new Live(refresh);
