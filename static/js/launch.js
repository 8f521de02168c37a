// The launch form: a preset fills it in, and what was changed from there is marked.
const form = document.querySelector("form.launch");
const presets = JSON.parse(document.getElementById("preset-values")?.textContent ?? "null");
const fields = [...form.querySelectorAll(".settings .field")];
const fixes = [...form.querySelectorAll("[data-fix]")];
const study = form.querySelector("[data-study]");
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
  fixes.forEach(retell);
  carry();
}

// The link to a study carries what was typed here: it is the configuration of both arms.
function carry() {
  const address = new URL(study.href);
  const changed = fields.filter((field) => field.classList.contains("changed")).map((field) => [nameOf(field), typed(field)]);
  put(address, "config", changed.length ? JSON.stringify(Object.fromEntries(changed)) : "");
  put(address, "project", form.elements.project.value.trim());
  if (presets) put(address, "preset", form.elements.preset.value);
  study.href = address.pathname + address.search;
}

function put(address, name, value) {
  if (value) address.searchParams.set(name, value);
  else address.searchParams.delete(name);
}

function nameOf(field) {
  return input(field).name.replace("config-", "");
}

// An emptied field is null: refused where one is needed, as when the form is sent.
function typed(field) {
  const element = input(field);
  return element.type === "checkbox" ? element.checked : element.value || null;
}

function set(element, value) {
  if (element.type === "checkbox") element.checked = value;
  else element.value = value ?? "";
}

// A fix speaks of what the form holds now: the diff, or that nothing is left to do.
function retell(fix) {
  const patch = JSON.parse(fix.dataset.fix);
  const held = Object.entries(patch).every(([name, value]) => alike(present(name), String(value ?? "")));
  fix.classList.toggle("is-held", held);
  for (const old of fix.querySelectorAll("[data-old]")) {
    const element = elementOf(old.dataset.old);
    if (element && element.type !== "checkbox") old.textContent = element.value || "∅";
  }
}

function elementOf(name) {
  return form.elements[`config-${name}`];
}

function present(name) {
  const element = elementOf(name);
  return element?.type === "checkbox" ? String(element.checked) : (element?.value ?? "");
}

// Like the link itself, but without a new page: what was typed elsewhere stays.
function apply(fix) {
  const patch = JSON.parse(fix.dataset.fix);
  for (const [name, value] of Object.entries(patch)) {
    const element = elementOf(name);
    set(element, value);
    mark(element.closest(".field"));
  }
  count();
}

// Another preset: what the reader has changed stays, and is marked against the new values.
function fill(values) {
  for (const field of fields) {
    const element = input(field);
    const value = values[nameOf(field)];
    const kept = field.classList.contains("changed");
    field.dataset.base = value === null || value === undefined ? "" : String(value);
    if (!kept) set(element, value);
    mark(field);
  }
  count();
}

function putBack(field) {
  const element = input(field);
  set(element, element.type === "checkbox" ? field.dataset.base === "true" : field.dataset.base);
  mark(field);
  element.focus();
}

form.addEventListener("input", ({ target }) => {
  const field = target.closest(".settings .field");
  if (field) mark(field);
  count();
});
form.addEventListener("change", ({ target }) => {
  if (target.name === "preset") fill(presets[target.value]);
});
form.addEventListener("click", (event) => {
  const was = event.target.closest(".was");
  if (was) {
    putBack(was.closest(".field"));
    count();
  }
  const button = event.target.closest("[data-apply]");
  if (!button || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  apply(button.closest("[data-fix]"));
});
form.querySelector(".wrong input, .wrong select, .wrong textarea")?.focus();
count();
