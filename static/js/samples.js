// The samples tab: another step without a new page, boxes by kind, a picture in large.
import { write } from "fixpoint/view";

const LETTERS = 15; // CSS pixels of a label in the large view

// live: the page's Live, which is asked for the other step
export function wireSamples(root, live) {
  root.addEventListener("change", ({ target }) => {
    if (target.dataset.kind) hide(root);
    else if ("place" in target.dataset) choose(root, target, live);
    else if (target.name === "step" || target.name === "versus") ask({ [target.name]: target.value }, live);
  });
  root.addEventListener("input", ({ target }) => {
    if ("place" in target.dataset) target.setAttribute("aria-valuetext", stepAt(root, target)); // as it moves
  });
  root.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  wireZoom(root);
}

function hide(root) {
  const off = [...root.querySelectorAll("[data-kind]:not(:checked)")].map((box) => box.dataset.kind);
  write({ hide: off.join(",") || null });
}

// The slider runs from the oldest step to the newest, the list the other way round.
function stepAt(root, slider) {
  const options = root.querySelector('[name="step"]').options;
  return options[options.length - 1 - Number(slider.value)].value;
}

function choose(root, slider, live) {
  const newest = slider.value === slider.max;
  ask({ step: newest ? "" : stepAt(root, slider) }, live);
}

function ask(values, live) {
  write(Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value || null])));
  live.now();
}

function wireZoom(root) {
  const dialog = root.querySelector("[data-zoomed]");
  let shown = null;

  function show(link) {
    shown = link;
    const stage = dialog.querySelector("[data-stage]");
    stage.replaceChildren(link.querySelector("svg").cloneNode(true));
    stage.classList.toggle("coarse", link.classList.contains("coarse"));
    dialog.querySelector("[data-caption]").textContent = link.closest("figure").querySelector("figcaption").innerText.trim();
    if (!dialog.open) dialog.showModal();
    const svg = stage.firstElementChild;
    svg.removeAttribute("aria-hidden"); // in the row the link speaks for it
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", svg.dataset.told);
    const { width, height } = svg.getBoundingClientRect();
    const box = svg.viewBox.baseVal;
    const scale = Math.min(width / box.width, height / box.height);
    for (const text of svg.querySelectorAll("text")) text.setAttribute("font-size", String(LETTERS / scale));
  }

  function turn(by) {
    const links = [...root.querySelectorAll("[data-zoom]")];
    const at = links.indexOf(shown);
    if (links.length) show(links[(Math.max(at, 0) + by + links.length) % links.length]);
  }

  root.addEventListener("click", (event) => {
    const link = event.target.closest("[data-zoom]");
    const button = event.target.closest("[data-turn]");
    if (button) turn(Number(button.dataset.turn));
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    show(link);
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "ArrowLeft") turn(-1);
    if (event.key === "ArrowRight") turn(1);
  });
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
}
