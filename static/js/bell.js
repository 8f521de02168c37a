// Keeps the bell in the bar up to date, and says once, politely, what is new.
import { tellTimes } from "fixpoint/times";

const EVERY_MS = 5000;
const LONGEST_MS = 60000; // between two tries while the server is away
const STAYS_MS = 20000; // what was said; the bell keeps it

const bell = document.querySelector("[data-bell]");
const said = document.querySelector("[data-bell-said]");
let etag = "";
let failures = 0;
let timer, fading;

function known() {
  return new Set([...bell.querySelectorAll("[data-notice]")].map((link) => link.dataset.notice));
}

async function ask() {
  const headers = { "X-Fixpoint-Live": "1" };
  if (etag) headers["If-None-Match"] = etag;
  const answer = await fetch(bell.dataset.url, { headers, cache: "no-store", signal: AbortSignal.timeout(15000) });
  if (answer.status === 304 || answer.redirected) return; // a login that ended: the page says so
  if (!answer.ok) throw new Error(`the bell answered ${answer.status}`);
  take(new DOMParser().parseFromString(await answer.text(), "text/html"));
  etag = answer.headers.get("ETag") ?? "";
}

function take(fresh) {
  const before = known();
  for (const part of bell.querySelectorAll("[data-bell-part]")) {
    const other = fresh.querySelector(`[data-bell-part="${part.dataset.bellPart}"]`);
    if (other && other.innerHTML !== part.innerHTML) refill(part, other);
  }
  tellTimes();
  const news = [...bell.querySelectorAll("[data-notice]")].filter((link) => !before.has(link.dataset.notice));
  if (news.length && etag) say(news);
}

function refill(part, other) {
  const held = part.contains(document.activeElement) ? document.activeElement : null;
  const href = held?.getAttribute("href");
  part.innerHTML = other.innerHTML;
  if (held) (href && part.querySelector(`a[href="${CSS.escape(href)}"]`) || bell.querySelector("summary")).focus();
}

function say(news) {
  if (bell.open) return; // the reader sees it arrive
  const first = news.find((link) => link.dataset.notice.endsWith("-fail")) ?? news[0];
  const link = Object.assign(document.createElement("a"), { href: first.href });
  link.textContent = first.querySelector("[data-headline]").textContent;
  said.replaceChildren(link, ...(news.length > 1 ? [` +${news.length - 1}`] : []));
  clearTimeout(fading);
  fading = setTimeout(hush, STAYS_MS);
}

function hush() {
  if (said.matches(":hover, :focus-within")) fading = setTimeout(hush, STAYS_MS);
  else said.replaceChildren();
}

function soon(delay) {
  clearTimeout(timer);
  timer = setTimeout(tick, delay);
}

async function tick() {
  if (document.hidden) return;
  try {
    await ask();
    failures = 0;
  } catch {
    failures += 1;
  }
  soon(Math.min(LONGEST_MS, EVERY_MS * 2 ** failures));
}

if (bell) {
  soon(1000);
  document.addEventListener("visibilitychange", () => document.hidden || soon(0));
  bell.addEventListener("toggle", () => bell.open && said.replaceChildren());
  document.addEventListener("click", ({ target }) => bell.contains(target) || (bell.open = false));
  bell.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    bell.open = false;
    bell.querySelector("summary").focus();
  });
  bell.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { target } = event;
    const body = new FormData(target, event.submitter);
    try {
      await fetch(target.action, { method: "POST", body, redirect: "manual" });
      etag ||= "-";
      soon(0);
    } catch {
      HTMLFormElement.prototype.submit.call(target); // the browser says what is wrong
    }
  });
}
