// The search box: "/" goes there, and what may follow is offered while one types.
const WAIT_MS = 120;

export class Search {
  constructor() {
    this.form = document.querySelector("[data-search]");
    this.box = this.form.elements.q;
    this.list = document.getElementById(this.box.getAttribute("aria-controls"));
    this.offers = [];
    this.chosen = -1;
    this.box.addEventListener("input", () => this.soon());
    this.box.addEventListener("click", () => this.soon());
    this.box.addEventListener("keydown", (event) => this.onKey(event));
    this.box.addEventListener("blur", () => setTimeout(() => this.close(), 150));
    this.list.addEventListener("mousedown", (event) => this.onPick(event));
    document.addEventListener("keydown", (event) => this.onSlash(event));
    this.form.addEventListener("submit", () => this.close());
  }

  onSlash(event) {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.box.focus();
    this.box.select();
  }

  onKey(event) {
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" && !open) this.ask();
    else if (event.key === "ArrowDown") this.choose(this.chosen + 1);
    else if (event.key === "ArrowUp" && open) this.choose(this.chosen - 1);
    else if (event.key === "Escape" && open) this.close();
    else if (event.key === "Tab" && open && this.offers.length) this.take(Math.max(this.chosen, 0));
    else if (event.key === "Enter" && open && this.chosen >= 0) this.take(this.chosen);
    else return;
    event.preventDefault();
  }

  onPick(event) {
    const offer = event.target.closest("[role=option]");
    if (!offer) return;
    event.preventDefault();
    this.take(Number(offer.dataset.index));
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT_MS);
  }

  async ask() {
    const asked = { q: this.box.value, at: String(this.box.selectionStart) };
    const address = `${this.form.dataset.url}?${new URLSearchParams(asked)}`;
    let told;
    try {
      const answer = await fetch(address);
      if (!answer.ok) return this.close();
      told = await answer.json();
    } catch {
      return this.close(); // offers are a help; without them one types on
    }
    if (asked.q !== this.box.value || document.activeElement !== this.box) return undefined;
    return this.show(told);
  }

  show(told) {
    this.told = told;
    this.offers = told.offers;
    const typed = this.box.value.slice(told.from, told.to);
    if (!this.offers.length || (this.offers.length === 1 && this.offers[0].text === typed)) return this.close();
    this.list.replaceChildren(...this.offers.map(option));
    this.list.hidden = false;
    this.box.setAttribute("aria-expanded", "true");
    return this.choose(-1);
  }

  choose(index) {
    this.chosen = Math.max(-1, Math.min(this.offers.length - 1, index));
    for (const [number, item] of [...this.list.children].entries()) {
      item.setAttribute("aria-selected", String(number === this.chosen));
    }
    const item = this.list.children[this.chosen];
    item?.scrollIntoView({ block: "nearest" });
    if (item) this.box.setAttribute("aria-activedescendant", item.id);
    else this.box.removeAttribute("aria-activedescendant");
  }

  take(index) {
    const { from, to } = this.told;
    const { text, kind } = this.offers[index];
    const after = this.box.value.slice(to);
    const space = text.endsWith("(") || after.startsWith(" ") ? "" : " ";
    this.box.setRangeText(text + space, from, to, "end");
    this.close();
    if (kind !== "value") this.ask();
  }

  close() {
    this.list.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
    this.box.removeAttribute("aria-activedescendant");
    this.chosen = -1;
  }
}

function option({ text, kind }, index) {
  const item = document.createElement("li");
  item.id = `q-offer-${index}`;
  item.dataset.index = String(index);
  item.setAttribute("role", "option");
  const name = document.createElement("code");
  name.textContent = text;
  const sort = document.createElement("small");
  sort.textContent = kind === "operator" || kind === "value" ? "" : kind;
  item.append(name, sort);
  return item;
}
