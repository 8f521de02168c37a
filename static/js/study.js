// A study's forms are sent once, however often they are pressed.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", () => setTimeout(() => lock(form, true)));
}

window.addEventListener("pageshow", () => document.querySelectorAll("form[data-once]").forEach((form) => lock(form, false))); // by "back"

function lock(form, locked) {
  for (const button of form.querySelectorAll("button")) button.disabled = locked;
}

// A metric that the trainer knows brings its direction.
const metric = document.querySelector('[name="metric"][list]');
metric?.addEventListener("change", () => {
  const known = [...document.querySelectorAll("#metrics option")].find((option) => option.value === metric.value);
  if (["lower", "higher"].includes(known?.dataset.direction)) metric.form.elements.direction.value = known.dataset.direction;
});

// How many values a mean takes is asked where a mean is taken.
const summary = document.querySelector('[name="summary"]');
const values = document.querySelector(".field-last_k");
function offerValues() {
  values.hidden = summary.value !== "mean" && !values.classList.contains("wrong");
}
if (summary && values) {
  summary.addEventListener("change", offerValues);
  window.addEventListener("pageshow", offerValues);
}
