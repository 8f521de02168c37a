// The launch form: a preset fills it in, and what was changed from there is marked.
const form = document.querySelector("form.launch");
const presets = JSON.parse(document.getElementById("preset-values")?.textContent ?? "null");
const fields = [...form.querySelectorAll(".settings .field")];
const changes = form.querySelector("[data-changes]");

function input(field) {
  return field.querySelector("input, select, textarea");
}

function valueOf(field) {
  const element = input(field);
  return element.type === "checkbox" ? String(element.checked) : element.value;
}

function alike(one, other) {
  if (one === other) return true;
  return one.trim() !== "" && other.trim() !== "" && Number(one) === Number(other);
}

function mark(field) {
  const changed = !alike(valueOf(field), field.dataset.base);
  field.classList.toggle("changed", changed);
  const was = field.querySelector(".was");
  was.hidden = !changed;
  if (changed) was.textContent = form.dataset.wordWas.replace("{value}", field.dataset.base || "∅");
}

function count() {
  const changed = form.querySelectorAll(".settings .changed").length;
  changes.hidden = !changed;
  changes.textContent = changes.dataset.word.replace("{count}", String(changed));
}

function fill(values) {
  for (const field of fields) {
    const element = input(field);
    const value = values[element.name.replace("config-", "")];
    if (element.type === "checkbox") element.checked = value;
    else element.value = value ?? "";
    field.dataset.base = value === null || value === undefined ? "" : String(value);
    mark(field);
  }
  count();
}

form.addEventListener("input", ({ target }) => {
  const field = target.closest(".settings .field");
  if (field) mark(field);
  count();
});
form.addEventListener("change", ({ target }) => {
  if (target.name === "preset") fill(presets[target.value]);
});
form.querySelector(".wrong input, .wrong select, .wrong textarea")?.focus();
count();
