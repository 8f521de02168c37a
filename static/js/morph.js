// Brings a page up to date from a fresh copy of itself, touching only what changed on the server.
//
// data-live="key"       its inside is replaced when the server says something else
// data-live-data="key"  only its data- attributes are taken over
// data-live-list="key"  its children, by data-key, come, go and move; those that stay are kept
const said = new WeakMap(); // what the server said last, which scripts may have changed since

export function morph(fresh) {
  for (const list of document.querySelectorAll("[data-live-list]")) {
    const other = fresh.querySelector(`[data-live-list="${list.dataset.liveList}"]`);
    if (other) arrange(list, other);
  }
  for (const part of document.querySelectorAll("[data-live-data]")) {
    const other = fresh.querySelector(`[data-live-data="${part.dataset.liveData}"]`);
    if (other) copyData(part, other);
  }
  for (const part of document.querySelectorAll("[data-live]")) {
    const other = fresh.querySelector(`[data-live="${CSS.escape(part.dataset.live)}"]`);
    if (other) refill(part, other);
  }
}

function arrange(list, fresh) {
  copyData(list, fresh);
  const kept = new Map([...list.children].map((child) => [child.dataset.key, child]));
  let place = list.firstElementChild;
  for (const other of [...fresh.children]) {
    const child = kept.get(other.dataset.key);
    kept.delete(other.dataset.key);
    if (child === undefined) list.insertBefore(document.importNode(other, true), place);
    else if (child === place) place = place.nextElementSibling;
    else list.insertBefore(child, place);
  }
  for (const gone of kept.values()) gone.remove();
}

function copyData(part, fresh) {
  for (const { name, value } of fresh.attributes) {
    if (name.startsWith("data-")) part.setAttribute(name, value);
  }
}

function refill(part, fresh) {
  copyData(part, fresh);
  const html = fresh.innerHTML;
  if ((said.get(part) ?? part.innerHTML) === html) return;
  said.set(part, html);
  const focus = part.contains(document.activeElement) ? trace(document.activeElement) : "";
  part.innerHTML = html;
  if (focus) part.querySelector(focus)?.focus();
}

function trace(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  const href = element.getAttribute("href");
  return href ? `a[href="${CSS.escape(href)}"]` : "";
}
