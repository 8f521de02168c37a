// Empties a field that is to hold the rule's own value again; saving keeps it so.
document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-reset]");
  if (!button) return;
  const field = document.getElementById(button.dataset.reset);
  field.value = "";
  field.focus();
});
