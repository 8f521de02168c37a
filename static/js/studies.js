// The list of studies keeps up with their runs; a choice above it narrows it at once.
import { Live } from "fixpoint/live";

const search = document.querySelector(".study-search");
search?.addEventListener("change", ({ target }) => target.matches("select") && search.requestSubmit());
search?.addEventListener("formdata", ({ formData }) => {
  for (const [name, value] of [...formData]) if (!value) formData.delete(name); // a short address
});

// The first study of all comes with a page that looks otherwise.
new Live(async () => {
  if (!search && document.querySelector('[data-live="live"]').dataset.any === "1") location.reload();
});
