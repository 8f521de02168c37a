// Runs side by side: overlaid curves, and the configuration with or without what is alike.
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
  differences.addEventListener("change", () => {
    document.querySelector("[data-ledger]").classList.toggle("only-differences", differences.checked);
    write({ diff: differences.checked ? null : "0" });
  });
  charts.load().catch(behind);
  new Live(() => charts.load());
}
