// Runs side by side: overlaid curves, as runs or as arms, and the configuration with or without what
// is alike.
import { Charts, behind } from "fixpoint/charts";
import { Live } from "fixpoint/live";
import { wireToolbar } from "fixpoint/toolbar";
import { View, write } from "fixpoint/view";

const root = document.querySelector("[data-charts]");
if (root) {
  const view = new View();
  const charts = new Charts(root, view);
  const differences = document.querySelector("[data-differences]");
  wireToolbar(view);
  const colour = () => document.querySelectorAll("[data-arm]").forEach((side) => wear(side, charts.drawn !== "runs"));
  view.addEventListener("change", colour);
  colour();
  differences.addEventListener("change", () => {
    document.querySelector("[data-ledger]").classList.toggle("only-differences", differences.checked);
    write({ diff: differences.checked ? null : "0" });
  });
  const rules = document.querySelector("[data-all-rules]");
  rules?.addEventListener("change", () => {
    document.querySelector("#verdicts").classList.toggle("only-judged", !rules.checked);
    write({ rules: rules.checked ? "all" : null });
  });
  for (const form of document.querySelectorAll("form[data-keeps]")) form.addEventListener("submit", () => keep(form));
  wireArms(document.querySelector("form[data-arms]"), view);
  charts.load().catch(behind);
  new Live(() => charts.load());
}

// A run wears its own colour, or its arm's where arms are drawn.
function wear(side, armed) {
  side.classList.remove(side.dataset.ink, side.dataset.arm);
  side.classList.add(armed ? side.dataset.arm : side.dataset.ink);
}

// A form that loads the page anew keeps the view as it is now, not as it was when the page came.
function keep(form) {
  for (const field of form.querySelectorAll('input[type="hidden"]')) if (field.name !== "runs") field.remove();
  const asked = new Set([form.dataset.keepsNot, ...[...form.elements].map((field) => field.name)]);
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (!asked.has(name)) form.append(hidden(name, value));
  }
}

function hidden(name, value) {
  return Object.assign(document.createElement("input"), { type: "hidden", name, value });
}

// Whoever puts a run into another arm groups by hand; whoever groups wants to see the arms.
function wireArms(form, view) {
  const by = form.elements.arms;
  const runs = form.querySelector(".arm-rows");
  runs.addEventListener("change", () => (by.value = "hand"));
  by.addEventListener("change", () => by.value !== "hand" && form.requestSubmit());
  form.addEventListener("submit", () => {
    if (!view.get("draw")) form.append(hidden("draw", "arms"));
    for (const select of runs.querySelectorAll("select")) select.disabled = by.value !== "hand";
  });
}
