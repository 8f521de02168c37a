// The machines page: hosts and queue as they change; another priority; one question before a stop.
import { Live } from "fixpoint/live";

const dialog = document.getElementById("set-priority");

document.addEventListener("click", (event) => {
  const priority = event.target.closest("[data-priority]");
  if (priority) setPriority(priority.dataset);
  const asking = event.target.closest("[data-ask]");
  if (asking) {
    event.preventDefault();
    ask(asking);
  }
});

function setPriority({ priority, of }) {
  const { elements } = dialog.querySelector("form");
  elements.do.value = `priority ${of}`;
  elements.priority.value = priority;
  dialog.showModal();
  elements.priority.select();
}

// The button may have been drawn anew while the question stood: its form and value are what counts.
function ask({ form, value, dataset }) {
  const question = document.getElementById(dataset.ask);
  question.returnValue = "";
  const answered = () => question.returnValue === "yes" && send(form, value);
  question.addEventListener("close", answered, { once: true });
  question.showModal();
}

function send(form, value) {
  form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "do", value }));
  form.submit();
}

new Live();
