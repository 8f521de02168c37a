// The reader's view, kept in the address: smoothing, axis, log scale, zoom, filter, folded sections,
// and whether runs are drawn, arms or their difference ("": as the page has it).
const DEFAULTS = { smooth: "0", x: "step", log: "", window: "", metric: "", draw: "", single: "", closed: null };

export class View extends EventTarget {
  constructor() {
    super();
    const query = new URLSearchParams(location.search);
    this.values = {};
    for (const [name, value] of Object.entries(DEFAULTS)) this.values[name] = query.get(name) ?? value;
  }

  get(name) {
    return this.values[name];
  }

  // `what` is told to listeners, so that they know whether the charts must be fetched anew.
  set(changes) {
    const changed = Object.keys(changes).filter((name) => this.values[name] !== changes[name]);
    if (!changed.length) return;
    Object.assign(this.values, changes);
    write(Object.fromEntries(changed.map((name) => [name, this.values[name]])));
    this.dispatchEvent(new CustomEvent("change", { detail: changed }));
  }
}

// Put values into the address without loading it; "" and the default take the name out again.
export function write(values) {
  const address = new URL(location.href);
  for (const [name, value] of Object.entries(values)) {
    const away = value === null || (name in DEFAULTS && name !== "closed" && value === DEFAULTS[name]);
    if (away) address.searchParams.delete(name);
    else address.searchParams.set(name, value);
  }
  const readable = address.href.replaceAll("%2C", ",").replaceAll("%2F", "/");
  history.replaceState(history.state, "", readable);
  for (const link of document.querySelectorAll("[data-tab]")) carry(link);
}

// A tab keeps the view of the charts.
export function carry(link) {
  const here = new URLSearchParams(location.search);
  const there = new URL(link.href);
  for (const name of Object.keys(DEFAULTS)) {
    if (here.has(name)) there.searchParams.set(name, here.get(name));
    else there.searchParams.delete(name);
  }
  link.href = there.href;
}
