// The bar above the charts: shows the view that the address holds, and changes it.
const METRIC = "metric:"; // before the name of the metric that is x

export function wireToolbar(view) {
  const bar = document.querySelector("[data-chart-bar]");
  if (!bar) return;
  const smooth = bar.querySelector('[name="smooth"]');
  const metric = bar.querySelector('[name="metric"]');
  const unzoom = bar.querySelector("[data-unzoom]");
  const log = bar.querySelector("[data-log]");
  const draws = bar.querySelector("[data-draws]");
  const single = bar.querySelector("[data-single]");
  const against = bar.querySelector('[name="against"]');

  function show() {
    smooth.value = view.get("smooth");
    smooth.nextElementSibling.value = view.get("smooth");
    for (const button of bar.querySelectorAll("[data-x]")) press(button, button.dataset.x === view.get("x"));
    if (log) press(log, view.get("log") === "1");
    if (draws) showDrawn(view.get("draw") || draws.dataset.draws);
    unzoom.hidden = !view.get("window");
    if (against) choose(against, view.get("x").startsWith(METRIC) ? view.get("x").slice(METRIC.length) : "");
    if (metric && metric.value !== view.get("metric")) metric.value = view.get("metric");
  }

  function showDrawn(drawn) {
    for (const button of draws.querySelectorAll("[data-draw]")) press(button, button.dataset.draw === drawn);
    press(single, view.get("single") !== "0");
    single.hidden = drawn !== "arms";
  }

  smooth.addEventListener("input", () => view.set({ smooth: smooth.value }));
  metric?.addEventListener("input", () => view.set({ metric: metric.value }));
  against?.addEventListener("change", () => view.set({ x: against.value ? METRIC + against.value : "step", window: "" }));
  view.addEventListener("metrics", ({ detail }) => against && offer(against, detail));
  unzoom.addEventListener("click", () => view.set({ window: "" }));
  bar.addEventListener("click", ({ target }) => {
    if (target.dataset.x) view.set({ x: target.dataset.x, window: "" }); // a zoom in steps is none in time
    if (target.dataset.draw) view.set({ draw: target.dataset.draw === draws.dataset.draws ? "" : target.dataset.draw });
    if ("single" in target.dataset) view.set({ single: view.get("single") === "0" ? "" : "0" });
    if ("log" in target.dataset) view.set({ log: view.get("log") === "1" ? "" : "1" });
  });
  view.addEventListener("change", show);
  show();
}

function press(button, on) {
  button.setAttribute("aria-pressed", String(on));
}

// A metric that the address names is chosen, also before the server has told which there are.
function choose(select, name) {
  if (name && ![...select.options].some((option) => option.value === name)) select.add(new Option(name, name));
  select.value = name;
}

function offer(select, names) {
  const chosen = select.value;
  const missing = names.filter((name) => ![...select.options].some((option) => option.value === name));
  for (const name of missing) select.add(new Option(name, name));
  select.value = chosen;
}
