// One run: its charts, its log, and everything else as it changes.
import { Charts, behind } from "fixpoint/charts";
import { Live } from "fixpoint/live";
import { wireSamples } from "fixpoint/samples";
import { wireToolbar } from "fixpoint/toolbar";
import { View, carry } from "fixpoint/view";

const view = new View();
const root = document.querySelector("[data-charts]");
const charts = root && new Charts(root, view);
const log = document.querySelector("[data-console]");
const follow = document.querySelector("[data-follow]");
wireToolbar(view);
document.querySelectorAll("[data-tab]").forEach(carry);

function toEnd() {
  if (log && follow.checked) log.scrollTop = log.scrollHeight;
}

// The reader who scrolls up wants to read; back at the end the log runs on.
log?.addEventListener("scroll", () => {
  follow.checked = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
});
follow?.addEventListener("change", toEnd);

async function refresh() {
  toEnd();
  await charts?.load();
}

toEnd();
charts?.load().catch(behind);
const live = new Live(refresh);
const samples = document.querySelector("[data-samples]");
if (samples) wireSamples(samples, live);
