// A menu whose inside is fetched when it is opened; Escape or a click elsewhere closes it.
export class Facet {
  constructor(element) {
    this.element = element;
    this.body = element.querySelector("[data-facet-body]");
    element.addEventListener("toggle", () => element.open && this.fill());
    element.addEventListener("keydown", ({ key }) => key === "Escape" && this.close());
    document.addEventListener("click", ({ target }) => element.contains(target) || (element.open = false));
  }

  async fill() {
    const answer = await fetch(this.element.dataset.facet, { cache: "no-store" });
    if (answer.ok && !answer.redirected) this.body.innerHTML = await answer.text();
  }

  close() {
    this.element.open = false;
    this.element.querySelector("summary").focus();
  }
}
