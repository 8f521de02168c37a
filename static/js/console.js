// The log tab: draws the lines that are seen, follows the end, wraps, goes to a line.
//
// Any number of lines is one tall box; only those in sight (and some around them) are in the page.
import { marked, pieces } from "fixpoint/ansi";
import { Lines } from "fixpoint/console_lines";

const MOST = 500_000; // lines in the box at once: browsers end somewhere beyond 17 million pixels
const AROUND = 30; // lines above and below what is seen
const NEAR = 30; // pixels from the end that count as the end
const WRAP = "fixpoint-log-wrap";

export class Console {
  constructor(panel) {
    this.panel = panel;
    this.box = panel.querySelector("[data-console]");
    this.tall = this.box.querySelector("[data-tall]");
    this.seen = this.box.querySelector("[data-seen]");
    this.follow = panel.querySelector("[data-follow]");
    this.wrap = panel.querySelector("[data-wrap]");
    this.words = "";
    this.base = 0; // the first line of the box
    this.rows = new Map(); // by line: its element
    this.more = []; // of wrapped lines that were drawn: [line, pixels more than one row], by line
    this.lines = new Lines(panel.dataset.lines);
    this.wrap.checked = localStorage.getItem(WRAP) === "1";
    this.listen();
  }

  listen() {
    this.box.addEventListener("scroll", () => {
      this.follow.checked = this.atEnd;
      this.soon();
    });
    this.follow.addEventListener("change", () => this.follow.checked && this.toEnd());
    this.wrap.addEventListener("change", () => this.rewrap());
    this.lines.addEventListener("change", () => this.soon());
    new ResizeObserver(() => this.resized()).observe(this.box);
  }

  get atEnd() {
    return this.box.scrollHeight - this.box.scrollTop - this.box.clientHeight < NEAR;
  }

  get count() {
    return Math.min(this.lines.total - this.base, MOST);
  }

  get rowHeight() {
    this.height ??= this.panel.querySelector("[data-row-measure]").getBoundingClientRect().height;
    return this.height;
  }

  // The first line that is seen.
  get top() {
    return this.lineAt(this.box.scrollTop);
  }

  async refresh() {
    const grew = await this.lines.refresh();
    if (!grew && this.drawn) return;
    if (this.follow.checked) this.base = Math.max(0, this.lines.total - MOST);
    this.draw();
    if (this.follow.checked) this.toEnd();
  }

  toEnd() {
    const base = Math.max(0, this.lines.total - MOST);
    if (base !== this.base) this.rebase(base);
    for (let turn = 0; turn < 4 && !(turn && this.atEnd); turn += 1) {
      this.box.scrollTop = this.box.scrollHeight;
      this.draw();
    }
  }

  // Bring a line into the middle, and say which one it is.
  goTo(line) {
    this.follow.checked = false;
    if (line < this.base || line >= this.base + this.count) this.rebase(Math.max(0, line - MOST / 2));
    this.current = line;
    for (let turn = 0; turn < 3; turn += 1) {
      this.box.scrollTop = this.offset(line) - this.box.clientHeight / 2;
      this.draw();
    }
    this.follow.checked = this.atEnd;
  }

  mark(words) {
    this.words = words.toLowerCase();
    this.clear();
    this.draw();
  }

  rebase(base) {
    this.base = base;
    this.more = [];
    this.clear();
  }

  rewrap() {
    localStorage.setItem(WRAP, this.wrap.checked ? "1" : "0");
    this.resized();
  }

  // Rows have other heights now: keep the line that is on top where it is.
  resized() {
    const { top, follow } = this;
    this.height = undefined;
    this.more = [];
    this.clear();
    this.draw();
    if (follow.checked) this.toEnd();
    else this.box.scrollTop = this.offset(top);
  }

  clear() {
    this.rows.clear();
    this.seen.replaceChildren();
  }

  soon() {
    this.waiting ??= requestAnimationFrame(() => {
      this.waiting = undefined;
      this.draw();
    });
  }

  draw() {
    this.drawn = true;
    this.box.classList.toggle("wrap", this.wrap.checked);
    this.box.style.setProperty("--digits", String(String(this.base + this.count).length));
    this.panel.querySelector("[data-empty]").hidden = this.lines.total > 0;
    this.panel.querySelector("[data-earlier]").hidden = this.base === 0;
    const end = this.base + this.count;
    const first = Math.max(this.base, this.top - AROUND);
    const last = Math.min(end, this.lineAt(this.box.scrollTop + this.box.clientHeight) + AROUND + 1);
    this.place(first, last);
    this.tall.style.height = `${this.offset(end)}px`;
    this.seen.style.transform = `translateY(${this.offset(first)}px)`;
    if (this.wrap.checked) this.measure();
  }

  // Keep the rows that stay: a selection in them lives on.
  place(first, last) {
    for (const [line, row] of this.rows) {
      if (line >= first && line < last) continue;
      row.remove();
      this.rows.delete(line);
    }
    let before = null;
    for (let line = last - 1; line >= first; line -= 1) {
      const row = this.row(line);
      if (row.nextSibling !== before || !row.parentNode) this.seen.insertBefore(row, before);
      before = row;
    }
  }

  row(line) {
    const told = this.lines.get(line);
    const key = told ? `${told.text}\n${told.cut ?? ""}` : null;
    const kept = this.rows.get(line);
    if (kept && kept.key === key) {
      kept.classList.toggle("current", line === this.current);
      return kept;
    }
    const row = document.createElement("div");
    row.className = told?.start ? "line start" : "line";
    row.key = key;
    row.dataset.number = String(line + 1);
    row.classList.toggle("current", line === this.current);
    if (told) row.append(told.start ? this.startOf(told.start) : this.textOf(told));
    if (kept) kept.replaceWith(row);
    this.rows.set(line, row);
    return row;
  }

  startOf({ attempt, time, host }) {
    const at = new Date(time * 1000).toLocaleString(document.documentElement.lang);
    const text = this.panel.dataset.wordAttempt.replace("{attempt}", attempt);
    return Object.assign(document.createElement("span"), { className: "text", textContent: `${text} · ${host} · ${at}` });
  }

  textOf({ text, cut }) {
    const whole = Object.assign(document.createElement("span"), { className: "text" });
    for (const part of marked(pieces(text), this.words)) {
      const element = document.createElement(part.hit ? "mark" : "span");
      element.textContent = part.text;
      element.className = part.classes;
      whole.append(element);
    }
    if (cut) {
      const words = this.panel.dataset.wordCut.replace("{count}", cut.toLocaleString());
      whole.append(Object.assign(document.createElement("span"), { className: "cut", textContent: ` ${words}` }));
    }
    return whole;
  }

  // Wrapped lines are as tall as they turn out to be; what lies above must not jump.
  measure() {
    const { rowHeight } = this;
    const known = new Map(this.more);
    const top = this.top;
    const before = this.offset(top);
    let changed = false;
    for (const [line, row] of this.rows) {
      const extra = row.key === null ? 0 : row.getBoundingClientRect().height - rowHeight;
      const wanted = extra > 1 ? extra : 0;
      if (Math.abs((known.get(line) ?? 0) - wanted) < 0.5) continue;
      if (wanted) known.set(line, wanted);
      else known.delete(line);
      changed = true;
    }
    if (!changed) return;
    this.more = [...known].sort(([one], [other]) => one - other);
    this.tall.style.height = `${this.offset(this.base + this.count)}px`;
    const moved = this.offset(top) - before;
    if (moved) this.box.scrollTop += moved;
    this.seen.style.transform = `translateY(${this.offset(Math.min(...this.rows.keys()))}px)`;
  }

  offset(line) {
    let pixels = (line - this.base) * this.rowHeight;
    for (const [other, extra] of this.more) {
      if (other >= line) break;
      pixels += extra;
    }
    return pixels;
  }

  lineAt(pixels) {
    let line = this.base;
    let at = 0;
    for (const [other, extra] of this.more) {
      const height = (other - line) * this.rowHeight;
      if (at + height + this.rowHeight + extra > pixels) break;
      at += height + this.rowHeight + extra;
      line = other + 1;
    }
    const next = this.more.find(([other]) => other >= line)?.[0] ?? Infinity;
    const here = line + Math.floor(Math.max(0, pixels - at) / this.rowHeight);
    return Math.min(here, next, Math.max(this.base, this.base + this.count - 1));
  }
}
