// Keeps a page up to date by asking for it again: fast while points arrive, slower when nothing
// does, never while the tab is hidden or the reader has paused. The ETag is the cursor: it names
// all that the page shows, so whatever was missed meanwhile comes with the next answer.
import { morph } from "fixpoint/morph";
import { Pulse } from "fixpoint/pulse";
import { tellTimes } from "fixpoint/times";

const FAST_MS = 900; // points arrive; with shipping each 0.6 s they are seen within 2 s
const CALM_MS = 1200; // a run lives, and has been silent
const CALM_AFTER = 20; // answers without news
const SETTLES_IN = 2; // answers without news after which nothing is on its way
const IDLE_MS = 5000; // all runs have ended
const GONE_MS = 30000;
const LONGEST_MS = 30000; // between two tries while the server is away
const PATIENCE_MS = 15000; // for one answer

export class Live {
  // refresh: async, called when the page changed; what else must be fetched
  constructor(refresh) {
    this.refresh = refresh;
    this.etag = "";
    this.failures = 0;
    this.quiet = 0;
    this.paused = false;
    this.gone = false;
    this.wanted = false; // the reader asked for something else, paused or not
    this.updated = Date.now();
    this.next = 0; // when it asks again
    this.pulse = new Pulse(this);
    this.pause = document.querySelector("[data-pause]");
    this.pause?.addEventListener("click", () => this.togglePause());
    document.addEventListener("visibilitychange", () => document.hidden || this.soon(0));
    document.addEventListener("fixpoint:behind", () => (this.etag = "")); // a part could not be fetched
    window.addEventListener("pageshow", ({ persisted }) => persisted && this.soon(0)); // by "back"
    window.addEventListener("online", () => this.soon(0));
    this.soon(FAST_MS);
  }

  get running() {
    return document.querySelector('[data-live="live"]')?.dataset.running === "1";
  }

  get delay() {
    if (this.gone) return GONE_MS;
    if (!this.running) return IDLE_MS;
    return this.quiet > CALM_AFTER ? CALM_MS : FAST_MS;
  }

  togglePause() {
    this.paused = !this.paused;
    this.pause.setAttribute("aria-pressed", String(this.paused));
    this.pulse.tell();
    if (!this.paused) this.soon(0);
  }

  soon(delay) {
    clearTimeout(this.timer);
    this.next = Date.now() + delay;
    this.timer = setTimeout(() => this.tick(), delay);
  }

  // The address says something else now: fetch it at once, even while paused.
  now() {
    this.wanted = true;
    this.soon(0);
  }

  async tick() {
    if (document.hidden || this.busy || (this.paused && !this.wanted)) return;
    this.busy = true;
    this.wanted = false;
    try {
      await this.ask();
      this.failures = 0;
    } catch {
      this.failures += 1;
      this.etag = ""; // whatever was half done is fetched again as a whole
    } finally {
      this.busy = false;
    }
    this.soon(this.wanted ? 0 : this.failures ? backoff(this.failures) : this.delay);
    this.pulse.tell();
  }

  async ask() {
    const asked = Date.now(); // what comes is at least as new
    const headers = { "X-Fixpoint-Live": "1" };
    if (this.etag) headers["If-None-Match"] = this.etag;
    const answer = await fetch(location.href, { headers, cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.redirected) location.reload(); // the login has ended: say so, and come back here
    this.gone = answer.status === 404;
    if (answer.status === 304) await this.rest();
    else if (!this.gone) await this.take(answer);
    this.updated = asked;
  }

  // The server makes an answer anew some times a second at most: what the page shows beside itself
  // may have come a moment before the last news.
  async rest() {
    this.quiet += 1;
    if (this.quiet <= SETTLES_IN) await this.refresh?.();
  }

  async take(answer) {
    if (!answer.ok) throw new Error(`the page answered ${answer.status}`);
    const html = await answer.text();
    morph(new DOMParser().parseFromString(html, "text/html"));
    tellTimes();
    this.etag = answer.headers.get("ETag") ?? "";
    await this.refresh?.(); // where it fails, all is asked for again
    this.quiet = 0;
  }
}

// Twice as long after each failure, and never at the same moment as all other tabs.
function backoff(failures) {
  const longest = Math.min(LONGEST_MS, FAST_MS * 2 ** (failures - 1));
  return longest * (0.7 + 0.6 * Math.random());
}
