// One run: its charts, its log, and everything else as it changes.
import { Charts, behind } from "fixpoint/charts";
import { Console } from "fixpoint/console";
import { Find } from "fixpoint/console_find";
import { Live } from "fixpoint/live";
import { wireSamples } from "fixpoint/samples";
import { wireToolbar } from "fixpoint/toolbar";
import { View, carry, write } from "fixpoint/view";

const view = new View();
const root = document.querySelector("[data-charts]");
if (root?.dataset.timed !== undefined) overTime();
const charts = root && new Charts(root, view);
const panel = document.querySelector("[data-log-panel]");
const log = panel && new Console(panel);
const find = panel && new Find(panel, log);
wireToolbar(view);
document.querySelectorAll("[data-tab]").forEach(carry);

// These charts know no steps: a view of steps that another tab left is put by, until a zoom
// makes it one of time.
function overTime() {
  if (["relative", "wall"].includes(view.get("x"))) return;
  Object.assign(view.values, { x: "relative", window: "" });
  view.addEventListener("change", ({ detail }) => detail.includes("window") && write({ x: view.get("x") }));
}

async function refresh() {
  await log?.refresh();
  await find?.refresh();
  await charts?.load();
}

log?.refresh().catch(behind);
charts?.load().catch(behind);
const live = new Live(refresh);
const samples = document.querySelector("[data-samples]");
if (samples) wireSamples(samples, live);
