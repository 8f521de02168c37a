// Health across runs: kept up to date; a choice in the bar is taken at once.
import { Live } from "fixpoint/live";

const bar = document.querySelector("[data-submits]");
bar.querySelector("[data-go]").hidden = true;
bar.addEventListener("change", () => bar.requestSubmit());
new Live();
