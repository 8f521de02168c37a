// What every page does: times in the reader's words, and one question before something is stopped.
import { tellTimes } from "fixpoint/times";

tellTimes();
setInterval(tellTimes, 5000);

// A button with data-do sets its form's action; one with data-confirm asks first.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button) return;
  const form = button.closest("form");
  const go = () => {
    form.elements.action.value = button.dataset.do;
    form.submit();
  };
  event.preventDefault();
  const dialog = document.getElementById(button.dataset.confirm);
  if (!dialog) return go();
  dialog.returnValue = "";
  dialog.addEventListener("close", () => dialog.returnValue === "yes" && go(), { once: true });
  dialog.showModal();
});

// A button with data-open opens the dialogue of that id; one with data-close closes its own.
document.addEventListener("click", ({ target }) => {
  const opener = target.closest("[data-open]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.open);
    if (!dialog.open) dialog.showModal();
  }
  target.closest("[data-close]")?.closest("dialog").close();
});
