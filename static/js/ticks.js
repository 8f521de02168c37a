// Which runs are ticked, over pages and searches, and what is done with them.
const KEPT = "fixpoint-ticked"; // in this tab, until it is closed
const MOST = 1000;
const MOST_STUDIED = 200; // an address holds no more

export class Ticks {
  // area: holds a checkbox named "tick" a run, which may come and go
  constructor(area) {
    this.area = area;
    this.bulk = document.getElementById("bulk");
    this.ticked = new Set(read());
    area.addEventListener("change", ({ target }) => this.onChange(target));
    area.addEventListener("click", (event) => this.onClick(event));
    document.addEventListener("change", ({ target }) => target.matches("[data-all]") && this.all(target.checked));
    this.bulk.addEventListener("click", ({ target }) => this.onBulk(target));
    for (const form of [this.bulk, ...document.querySelectorAll("[data-carries-runs]")]) carry(form, this);
    this.show();
  }

  get boxes() {
    return [...this.area.querySelectorAll('input[name="tick"]')];
  }

  onChange(box) {
    if (box.name !== "tick") return;
    this.set([box], box.checked);
  }

  // With Shift, everything between the last tick and this one.
  onClick({ target, shiftKey }) {
    if (target.name !== "tick") return;
    const boxes = this.boxes;
    const from = boxes.findIndex((box) => box.value === this.last);
    const to = boxes.indexOf(target);
    if (shiftKey && from >= 0) this.set(boxes.slice(Math.min(from, to), Math.max(from, to) + 1), target.checked);
    this.last = target.value;
  }

  all(on) {
    this.set(this.boxes, on);
  }

  set(boxes, on) {
    for (const box of boxes) {
      if (on && this.ticked.size < MOST) this.ticked.add(box.value);
      else this.ticked.delete(box.value);
    }
    this.show();
  }

  clear() {
    this.ticked.clear();
    this.show();
  }

  // Say it in the page, which may have been drawn anew.
  show() {
    sessionStorage.setItem(KEPT, JSON.stringify([...this.ticked]));
    const boxes = this.boxes;
    for (const box of boxes) {
      box.checked = this.ticked.has(box.value);
      box.closest("[data-key]").classList.toggle("ticked", box.checked);
    }
    const here = boxes.filter((box) => box.checked).length;
    for (const all of document.querySelectorAll("[data-all]")) {
      all.checked = here > 0 && here === boxes.length;
      all.indeterminate = here > 0 && here < boxes.length;
    }
    this.bulk.hidden = !this.ticked.size;
    this.bulk.querySelector("[data-ticked]").textContent = String(this.ticked.size);
    this.bulk.querySelector("[data-compare]").disabled = this.ticked.size < 2 || this.ticked.size > 50;
    this.bulk.querySelector("[data-study]").disabled = this.ticked.size > MOST_STUDIED;
  }

  onBulk(target) {
    if (target.closest("[data-untick]")) this.clear();
    const button = target.closest("[data-compare], [data-study]");
    if (button) location.assign(`${button.dataset.compare ?? button.dataset.study}?runs=${this.oldestFirst.join(",")}`);
  }

  // Of a list with the newest on top, the oldest is the baseline.
  get oldestFirst() {
    const shown = this.boxes.map((box) => box.value).filter((id) => this.ticked.has(id));
    const others = [...this.ticked].filter((id) => !shown.includes(id));
    return [...others, ...shown.reverse()];
  }
}

// A form posts the ticked runs, whether a person or a script (form.submit()) sends it.
function carry(form, ticks) {
  form.addEventListener("formdata", ({ formData }) => {
    formData.set("runs", [...ticks.ticked].join(","));
    sessionStorage.removeItem(KEPT); // they are done with
  });
}

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  } catch {
    return [];
  }
}
