// The chart grid: one request for all charts, painted when they are seen. Of many charts only those
// that are seen are asked for.
//
// root[data-url][data-runs]  which runs; data-names, data-closed, data-evidence narrow it
// data-draw, data-arms  what is drawn at first, and how runs are grouped
// data-flat    no sections; data-slots: painted into [data-slot] elsewhere on the page
import { build } from "fixpoint/card";
import { paint, resize, save, whenThemeChanges } from "fixpoint/plot";

const WIDEST = 1000; // buckets: more than a chart has pixels
const PATIENCE_MS = 15000; // for one answer
const LINES = 12000; // buckets of all runs of a chart together: of many runs each is drawn coarser
const COARSEST = 100;
const AT_FIRST = 24; // charts that are asked for before it is known which are seen
const FETCHED = ["smooth", "x", "log", "window", "closed", "draw", "single"]; // the others need no new figures

export class Charts {
  constructor(root, view) {
    this.root = root;
    this.view = view;
    this.cards = new Map();
    this.groups = new Map();
    this.seen = new IntersectionObserver((entries) => this.see(entries), { rootMargin: "300px" });
    if (view.get("closed") === null) view.values.closed = root.dataset.closed ?? "";
    view.addEventListener("change", ({ detail }) => this.changed(detail));
    whenThemeChanges(() => this.repaint());
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.shrink());
    new ResizeObserver(() => this.cards.forEach((card) => resize(card.plot))).observe(root);
  }

  changed(names) {
    if (names.includes("metric")) this.filter();
    if (names.some((name) => FETCHED.includes(name))) this.later();
  }

  // Many small moves of a slider become one request.
  later() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.load().catch(behind), 90);
  }

  // Who asks while an older question is open waits for the newer answer.
  load() {
    this.loading = this.fetch();
    return this.loading;
  }

  async fetch() {
    if (!this.root.dataset.runs || this.root.dataset.names === "") return this.show({ figures: [] });
    const address = this.address();
    const asked = (this.asked = Symbol("newest"));
    const headers = { "X-Fixpoint-Live": "1" };
    if (this.etag && address === this.shown) headers["If-None-Match"] = this.etag;
    const answer = await fetch(address, { headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (asked !== this.asked) return this.loading; // a newer question is on its way
    if (answer.status === 304) return;
    if (!answer.ok) throw new Error(`figures answered ${answer.status}`);
    const body = await answer.json();
    if (asked !== this.asked) return this.loading;
    this.etag = answer.headers.get("ETag");
    this.shown = address;
    this.show(body);
  }

  address() {
    const { url, runs, names, evidence, flat, slots } = this.root.dataset;
    const query = new URLSearchParams({ runs });
    if (names) query.set("names", names);
    if (evidence) query.set("evidence", evidence);
    for (const name of ["smooth", "x", "log", "window"]) {
      const value = this.view.get(name);
      if (value && value !== "0") query.set(name, value);
    }
    if (this.drawn !== "runs") {
      query.set("draw", this.drawn);
      if (this.root.dataset.arms) query.set("arms", this.root.dataset.arms);
      if (this.view.get("single") === "0") query.set("single", "0");
    }
    const folded = flat === undefined && slots === undefined ? this.view.get("closed") : "";
    if (folded) query.set("closed", folded);
    if (this.view.get("x") === "wall") query.set("tz", -new Date().getTimezoneOffset());
    if (this.lazy) query.set("seen", this.namesSeen().join(","));
    else query.set("most", AT_FIRST);
    query.set("buckets", Math.min(this.view.get("window") ? WIDEST : this.buckets(), this.finest));
    return `${url}?${query}`;
  }

  // As many as a chart is wide, in steps, so that resizing does not ask anew all the time.
  buckets() {
    const width = Math.max(300, ...[...this.cards.values()].map((card) => card.plot.clientWidth));
    return Math.min(WIDEST, 250 * Math.ceil(width / 250));
  }

  get finest() {
    return Math.max(COARSEST, Math.floor(LINES / this.root.dataset.runs.split(",").length));
  }

  namesSeen() {
    return [...new Set([...this.cards.values()].filter((card) => card.visible).map((card) => card.name))];
  }

  get drawn() {
    return this.root.dataset.draw === undefined ? "runs" : this.view.get("draw") || this.root.dataset.draw || "runs";
  }

  show({ figures }) {
    this.lazy ||= figures.some((figure) => figure.later);
    this.dropAllBut(new Set(figures.map((figure) => figure.name)));
    for (const figure of figures) this.place(figure);
    this.view.dispatchEvent(new CustomEvent("metrics", { detail: figures.map((figure) => figure.name) }));
    for (const [name, group] of this.groups) group.count.textContent = this.countOf(name);
    this.sayWhenEmpty(figures.length);
    this.filter();
  }

  countOf(group) {
    return String([...this.cards.values()].filter((card) => card.group === group).length);
  }

  sayWhenEmpty(count) {
    if (this.root.dataset.slots !== undefined) return;
    this.empty ??= Object.assign(document.createElement("p"), { className: "charts-empty", textContent: this.root.dataset.wordEmpty });
    if (count) this.empty.remove();
    else this.root.append(this.empty);
  }

  place(figure) {
    for (const key of this.keysOf(figure)) {
      const card = this.cards.get(key) ?? this.make(key, figure);
      card.group = figure.group;
      card.behind = Boolean(figure.later); // what it shows may be older than the page
      if (figure.later) {
        if (card.visible) this.later();
        continue;
      }
      card.figure = card.rule ? onlyOf(figure.figure, card.rule) : figure.figure;
      card.note.textContent = figure.note;
      card.tell(figure.says ?? []);
      card.plot.hidden = !card.figure && Boolean(figure.says?.length); // it says why nothing is drawn
      card.stale = true;
      if (card.visible) this.paint(card);
    }
  }

  // In a grid a metric has one card; among verdicts it has one for each that speaks of it.
  keysOf(figure) {
    if (this.root.dataset.slots === undefined) return [figure.name];
    const slots = document.querySelectorAll(`[data-slot="${CSS.escape(figure.name)}"]`);
    return [...slots].map((slot) => `${figure.name}\n${slot.dataset.rule}`);
  }

  make(key, figure) {
    const card = build(figure, this.root.dataset);
    const [name, rule] = key.split("\n");
    if (rule) {
      card.rule = rule;
      document.querySelector(`[data-slot="${CSS.escape(name)}"][data-rule="${CSS.escape(rule)}"]`).replaceChildren(card.element);
      card.element.classList.add("bare");
      card.tools.remove();
    } else this.home(figure.group).append(card.element);
    card.plot.card = card;
    card.grow.addEventListener("click", () => this.enlarge(card));
    card.save.addEventListener("click", () => save(card.plot, card.name));
    this.cards.set(key, card);
    this.seen.observe(card.plot);
    return card;
  }

  home(name) {
    if (this.root.dataset.flat !== undefined) {
      this.flat ??= this.root.appendChild(Object.assign(document.createElement("div"), { className: "cards" }));
      return this.flat;
    }
    if (!this.groups.has(name)) this.groups.set(name, this.section(name));
    return this.groups.get(name).cards;
  }

  section(name) {
    const element = document.createElement("details");
    element.className = "group";
    element.open = !this.closed.has(name);
    const summary = element.appendChild(document.createElement("summary"));
    summary.append(name, " ");
    const count = summary.appendChild(Object.assign(document.createElement("span"), { className: "count" }));
    const cards = element.appendChild(Object.assign(document.createElement("div"), { className: "cards" }));
    element.addEventListener("toggle", () => this.fold(name, element.open));
    this.root.append(element);
    return { element, cards, count };
  }

  get closed() {
    return new Set((this.view.get("closed") ?? "").split(",").filter(Boolean));
  }

  fold(name, open) {
    const closed = this.closed;
    if (open) closed.delete(name);
    else closed.add(name);
    this.view.set({ closed: [...closed].sort().join(",") });
  }

  dropAllBut(names) {
    for (const [key, card] of this.cards) {
      if (names.has(key.split("\n")[0]) && card.plot.isConnected) continue;
      this.seen.unobserve(card.plot);
      card.element.remove();
      this.cards.delete(key);
    }
    for (const [name, group] of this.groups) {
      if (group.cards.childElementCount) continue;
      group.element.remove();
      this.groups.delete(name);
    }
  }

  filter() {
    const fits = pattern(this.view.get("metric"));
    for (const card of this.cards.values()) card.element.hidden = !fits(card.name);
    for (const group of this.groups.values()) {
      group.element.hidden = [...group.cards.children].every((card) => card.hidden);
    }
  }

  see(entries) {
    for (const { target, isIntersecting } of entries) {
      target.card.visible = isIntersecting;
      if (isIntersecting && target.card.behind) this.later();
      else if (isIntersecting && target.card.stale) this.paint(target.card);
    }
  }

  repaint() {
    for (const card of this.cards.values()) {
      card.stale = true;
      if (card.visible) this.paint(card);
    }
  }

  async paint(card) {
    if (!card.figure || card.plot._dragging) return;
    card.stale = false;
    await paint(card.plot, card.figure, `${this.view.get("x")} ${this.view.get("window")} ${this.drawn}`);
    if (card.wired) return;
    card.wired = true;
    card.plot.on("plotly_relayout", (change) => this.zoomed(card, change));
    card.plot.on("plotly_doubleclick", () => this.view.set({ window: "" }));
    card.plot.on("plotly_hover", ({ points }) => this.cross(points[0].x));
    card.plot.on("plotly_unhover", () => this.cross(null));
  }

  // A drag in one chart is a zoom of all, with finer buckets from the server.
  zoomed(card, change) {
    if (!("xaxis.range[0]" in change)) return;
    const { x, scale } = card.figure.layout.meta;
    const ends = [change["xaxis.range[0]"], change["xaxis.range[1]"]].map((end) => toNumber(end, x) * scale);
    this.view.set({ window: ends.map((end) => Number(end.toPrecision(x === "wall" ? 15 : 8))).join(",") });
  }

  // The same place in every chart that is seen.
  cross(x) {
    for (const card of this.cards.values()) card.cross(card.visible ? x : null);
  }

  enlarge(card) {
    const large = card.element.classList.toggle("large");
    card.grow.setAttribute("aria-pressed", String(large));
    resize(card.plot);
  }

  shrink() {
    for (const card of this.cards.values()) {
      if (card.element.classList.contains("large")) this.enlarge(card);
    }
  }
}

// The charts show something older than the page: all of it is fetched again with the next turn.
export function behind() {
  document.dispatchEvent(new Event("fixpoint:behind"));
}

function onlyOf(figure, rule) {
  if (!figure) return figure;
  const mine = (owner) => owner === undefined || owner === rule;
  const shapes = figure.layout.shapes.filter((shape) => mine(shape.name?.split(" ")[1]));
  return { data: figure.data.filter((trace) => mine(trace.meta?.rule)), layout: { ...figure.layout, shapes } };
}

function pattern(text) {
  if (!text) return () => true;
  try {
    const regex = new RegExp(text, "i");
    return (name) => regex.test(name);
  } catch {
    return (name) => name.includes(text); // half-typed: taken as it stands
  }
}

function toNumber(end, x) {
  return x === "wall" ? Date.parse(`${String(end).replace(" ", "T")}Z`) : Number(end);
}
