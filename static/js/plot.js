// Plotly, told to stay at home and to wear the page's colours.
const Plotly = window.Plotly;

// plotly.js 4 offers to send charts to a cloud unless told not to.
Plotly.setPlotConfig({ showSendToCloud: false, plotlyServerURL: "", displaylogo: false });

const CONFIG = {
  responsive: true,
  doubleClick: false, // resets the view of the whole page, see charts.js
  displayModeBar: false, // its style elements would need a nonce; charts.js has the buttons
};
const STATES = { fail: "--fail", broken: "--fail", warn: "--warn", pass: "--pass" };
const dark = matchMedia("(prefers-color-scheme: dark)");

function token(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function dressed(trace) {
  const { ink, state, marks, band } = trace.meta ?? {};
  const name = ink !== undefined ? `--run-${ink}` : (STATES[state] ?? (marks ? "--edge" : null));
  if (!name) return trace;
  const color = token(name);
  if (band) return { ...trace, fillcolor: faint(color, band) };
  const line = trace.line ? { ...trace.line, color } : undefined;
  return { ...trace, line, marker: { ...trace.marker, color } };
}

// "#0072b2" as a colour that others shine through.
function faint(color, opacity) {
  const parts = color.match(/[0-9a-f]{2}/gi) ?? ["80", "80", "80"];
  return `rgba(${parts.slice(0, 3).map((part) => parseInt(part, 16)).join(",")},${opacity})`;
}

function dressedShape(shape) {
  const ink = /^ink-(\d+)/.exec(shape.name ?? "")?.[1];
  if (ink) return { ...shape, line: { ...shape.line, color: token(`--run-${ink}`) } };
  if (shape.name === "zero") return { ...shape, line: { ...shape.line, color: token("--edge") } };
  const state = /^level-(\w+)/.exec(shape.name ?? "")?.[1];
  if (!state) return shape;
  const color = token(STATES[state] ?? "--quiet");
  const label = { ...shape.label, font: { ...shape.label?.font, color } };
  return { ...shape, line: { ...shape.line, color }, label };
}

function layoutOf(figure, revision) {
  const axis = { gridcolor: token("--grid"), linecolor: token("--rule"), zeroline: false, automargin: true };
  const { xaxis, yaxis, shapes, ...rest } = figure.layout;
  return {
    ...rest,
    xaxis: { ...axis, showspikes: false, nticks: 6, ...xaxis },
    yaxis: { ...axis, nticks: 6, ...yaxis },
    shapes: (shapes ?? []).map(dressedShape),
    margin: { l: 44, r: 10, t: 6, b: 26 },
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: "rgba(0,0,0,0)",
    font: { family: token("--font"), size: 11, color: token("--ink-3") },
    hoverlabel: { bgcolor: token("--panel"), bordercolor: token("--rule"), font: { size: 12, color: token("--ink") }, namelength: 40 },
    uirevision: revision,
  };
}

export function paint(element, figure, revision) {
  const layout = layoutOf(figure, revision);
  return Plotly.react(element, figure.data.map(dressed), layout, CONFIG);
}

export function resize(element) {
  if (element.classList.contains("js-plotly-plot")) Plotly.Plots.resize(element);
}

export function save(element, name) {
  const filename = name.replaceAll("/", "-");
  return Plotly.downloadImage(element, { format: "png", scale: 2, width: 900, height: 500, filename });
}

export function whenThemeChanges(repaint) {
  dark.addEventListener("change", repaint);
}
