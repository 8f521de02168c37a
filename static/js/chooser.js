// Choosing columns: ticked ones are listed in their order, which is changed by dragging or buttons.
export class Chooser {
  // region: its data- attributes say which columns are shown, and where the chooser comes from
  constructor(region, dialog) {
    this.region = region;
    this.dialog = dialog;
    this.body = dialog.querySelector("[data-chooser-body]");
    this.form = dialog.querySelector("[data-chooser-form]");
    this.form.addEventListener("submit", (event) => this.onSubmit(event));
    this.body.addEventListener("change", ({ target }) => this.onTick(target));
    this.body.addEventListener("click", ({ target }) => this.onButton(target));
    this.body.addEventListener("input", ({ target }) => target.type === "search" && this.filter(target.value));
    this.wireDragging();
  }

  async open() {
    if (!this.dialog.open) this.dialog.showModal();
    const runs = [...document.querySelectorAll("tr[data-key]")].map((row) => row.dataset.key);
    const query = new URLSearchParams({ columns: this.region.dataset.columns, runs: runs.join(",") });
    const answer = await fetch(`${this.region.dataset.chooser}?${query}`);
    if (!answer.ok) throw new Error(`the chooser answered ${answer.status}`);
    this.body.innerHTML = await answer.text();
    for (const item of this.list.children) this.dress(item);
  }

  get list() {
    return this.body.querySelector("[data-chosen]");
  }

  onSubmit({ submitter }) {
    const fields = [...this.list.children].map((item) => item.dataset.field);
    this.form.elements.columns.value = submitter?.hasAttribute("data-default") ? "" : fields.join(",");
  }

  onTick(box) {
    if (box.type !== "checkbox") return;
    const item = this.find(box.value);
    if (!box.checked) item?.remove();
    else if (!item) this.list.append(this.dress(made(box)));
  }

  onButton(target) {
    const button = target.closest("button[data-move]");
    const item = button?.closest("li");
    if (!item) return;
    const { move } = button.dataset;
    if (move === "up") item.previousElementSibling?.before(item);
    if (move === "down") item.nextElementSibling?.after(item);
    if (move === "off") {
      const box = this.body.querySelector(`input[value="${CSS.escape(item.dataset.field)}"]`);
      if (box) box.checked = false;
      item.remove();
      return;
    }
    button.focus();
  }

  filter(text) {
    const low = text.toLowerCase();
    for (const label of this.body.querySelectorAll("label:has(input[type=checkbox])")) {
      label.hidden = !label.textContent.toLowerCase().includes(low) && !label.firstElementChild.value.toLowerCase().includes(low);
    }
    for (const group of this.body.querySelectorAll("fieldset")) {
      group.hidden = !group.querySelector("label:not([hidden])");
    }
  }

  find(field) {
    return [...this.list.children].find((item) => item.dataset.field === field);
  }

  dress(item) {
    const words = this.list.dataset;
    const buttons = document.createElement("span");
    buttons.append(button("up", "↑", words.wordUp), button("down", "↓", words.wordDown), button("off", "×", words.wordOff));
    item.append(buttons);
    return item;
  }

  wireDragging() {
    let dragged = null;
    this.body.addEventListener("dragstart", ({ target }) => {
      dragged = target.closest?.("[data-chosen] li");
      dragged?.classList.add("dragged");
    });
    this.body.addEventListener("dragover", (event) => {
      const over = event.target.closest?.("[data-chosen] li");
      if (!dragged || !over) return;
      event.preventDefault();
      const box = over.getBoundingClientRect();
      if (event.clientY < box.top + box.height / 2) over.before(dragged);
      else over.after(dragged);
    });
    this.body.addEventListener("dragend", () => {
      dragged?.classList.remove("dragged");
      dragged = null;
    });
  }
}

function made(box) {
  const item = document.createElement("li");
  item.dataset.field = box.value;
  item.draggable = true;
  item.textContent = box.dataset.title;
  if (box.dataset.part && box.dataset.part !== "last") {
    const part = document.createElement("small");
    part.textContent = ` ${box.dataset.part}`;
    item.append(part);
  }
  return item;
}

function button(move, sign, word) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "plain";
  made.dataset.move = move;
  made.textContent = sign;
  made.setAttribute("aria-label", word);
  made.title = word;
  return made;
}
