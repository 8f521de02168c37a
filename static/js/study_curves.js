// A study's page keeps up with its runs, and so do the curves of its arms.
import { Charts, behind } from "fixpoint/charts";
import { Live } from "fixpoint/live";
import { wireToolbar } from "fixpoint/toolbar";
import { View } from "fixpoint/view";

const view = new View();
const charts = new Charts(document.querySelector("[data-charts]"), view);
wireToolbar(view);
charts.load().catch(behind);
new Live(() => charts.load());
