// The search of the log tab: how many lines hold the words, and which is next.
const PAUSE_MS = 250;
const AGAIN_MS = 5000; // a log that grows is searched anew so often

export class Find {
  constructor(panel, log) {
    this.panel = panel;
    this.log = log;
    this.input = panel.querySelector("[data-find]");
    this.told = panel.querySelector("[data-found]");
    this.hits = [];
    this.count = 0;
    this.searched = 0;
    this.input.addEventListener("input", () => this.later());
    this.input.addEventListener("keydown", (event) => this.onKey(event));
    panel.querySelector("[data-next]").addEventListener("click", () => this.step(1));
    panel.querySelector("[data-previous]").addEventListener("click", () => this.step(-1));
    this.tell();
  }

  onKey(event) {
    if (event.key === "Enter") this.step(event.shiftKey ? -1 : 1);
    else if (event.key === "Escape") this.input.value = "";
    else return;
    event.preventDefault();
    if (event.key === "Escape") this.later();
  }

  later() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.search({ go: true }).catch(() => this.tell()), PAUSE_MS);
  }

  async refresh() {
    if (this.words && Date.now() - this.searched > AGAIN_MS) await this.search({ go: false });
  }

  async search({ go }) {
    const words = this.input.value;
    this.searched = Date.now();
    const found = words ? await this.fetch(words) : { lines: [], count: 0 };
    if (words !== this.input.value) return; // typed on meanwhile
    const other = words !== this.words;
    Object.assign(this, { words, hits: found.lines, count: found.count });
    if (other) this.log.mark(words);
    if (go && other && this.hits.length) this.goTo(this.placeFrom(this.log.top));
    this.tell();
  }

  async fetch(words) {
    const address = `${this.panel.dataset.hits}?${new URLSearchParams({ q: words })}`;
    const answer = await fetch(address, { cache: "no-store", signal: AbortSignal.timeout(30000) });
    if (!answer.ok) throw new Error(`the search answered ${answer.status}`);
    return answer.json();
  }

  // The place among the hits of the first one at or after a line; the last where there is none.
  placeFrom(line) {
    const place = this.hits.findIndex((hit) => hit >= line);
    return place < 0 ? this.hits.length - 1 : place;
  }

  step(by) {
    if (!this.hits.length) return;
    const here = this.hits.indexOf(this.log.current);
    const place = here < 0 ? this.placeFrom(this.log.top) : here + by;
    this.goTo((place + this.hits.length) % this.hits.length);
    this.tell();
  }

  goTo(place) {
    this.log.goTo(this.hits[place]);
  }

  tell() {
    const { wordFound, wordNone, wordMore } = this.panel.dataset;
    const place = this.hits.indexOf(this.log.current) + 1;
    const counts = { place: place || "–", count: this.count.toLocaleString() };
    const words = this.count ? wordFound : wordNone;
    const filled = words.replace(/\{(\w+)\}/g, (_, name) => counts[name]);
    const left = this.count - this.hits.length;
    this.told.textContent = this.words ? filled + (left ? ` · ${wordMore.replace("{count}", left.toLocaleString())}` : "") : "";
    for (const button of this.panel.querySelectorAll("[data-next], [data-previous]")) button.disabled = !this.hits.length;
  }
}
