// The pages Notices and Channels, as they change.
import { Live } from "fixpoint/live";

new Live();

// A button with data-ask asks before its form is sent.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-ask]");
  if (!button) return;
  event.preventDefault();
  const { form, value, dataset } = button; // it may be drawn anew while the question stands
  const question = document.getElementById(dataset.ask);
  question.returnValue = "";
  question.addEventListener("close", () => question.returnValue === "yes" && send(form, value), { once: true });
  question.showModal();
});

function send(form, value) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "do", value }));
  form.submit();
}
