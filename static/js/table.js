// The table of runs.
import { Chooser } from "fixpoint/chooser";
import { Facet } from "fixpoint/facet";
import { Live } from "fixpoint/live";
import { Search } from "fixpoint/search";
import { Ticks } from "fixpoint/ticks";

const region = document.querySelector(".table-scroll");
const ticks = new Ticks(region);
const chooser = new Chooser(region, document.getElementById("choose-columns"));
new Search();
new Facet(document.querySelector("[data-facet]"));

document.querySelector('[data-open="choose-columns"]').addEventListener("click", () => chooser.open());

// The arrow keys go from row to row.
region.addEventListener("keydown", (event) => {
  const row = event.target.closest("tr[data-key]");
  if (!row || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
  const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
  const place = event.target.name === "tick" ? "input" : "a";
  next?.querySelector(place)?.focus();
  event.preventDefault();
});

new Live(async () => ticks.show());
