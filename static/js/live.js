// Keeps a page up to date by asking for it again: each second while a run lives and the tab is
// seen, seldom when all runs have ended, never while the tab is hidden or the reader has paused.
import { morph } from "fixpoint/morph";
import { tellTimes } from "fixpoint/times";

const LIVE_MS = 1000;
const CALM_MS = 2000; // after a while in which nothing came
const CALM_AFTER = 20;
const IDLE_MS = 10000;
const LONGEST_MS = 30000;

export class Live {
  // refresh: async, called when the page changed; what else must be fetched
  constructor(refresh) {
    this.refresh = refresh;
    this.etag = "";
    this.failures = 0;
    this.quiet = 0;
    this.paused = false;
    this.wanted = false; // the reader asked for something else, paused or not
    this.updated = Date.now();
    this.pulse = document.querySelector("[data-pulse]");
    this.pause = document.querySelector("[data-pause]");
    this.pause?.addEventListener("click", () => this.togglePause());
    document.addEventListener("visibilitychange", () => document.hidden || this.soon(0));
    setInterval(() => this.tell(), 500);
    this.soon(LIVE_MS);
  }

  get running() {
    return document.querySelector('[data-live="live"]')?.dataset.running === "1";
  }

  togglePause() {
    this.paused = !this.paused;
    this.pause.setAttribute("aria-pressed", String(this.paused));
    this.tell();
    if (!this.paused) this.soon(0);
  }

  soon(delay) {
    clearTimeout(this.timer);
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
      this.updated = Date.now();
    } catch {
      this.failures += 1;
    } finally {
      this.busy = false;
    }
    this.tell();
    this.soon(this.wanted ? 0 : this.delay());
  }

  async ask() {
    const headers = { "X-Fixpoint-Live": "1" };
    if (this.etag) headers["If-None-Match"] = this.etag;
    const answer = await fetch(location.href, { headers, cache: "no-store", signal: AbortSignal.timeout(15000) });
    if (answer.status === 304) {
      this.quiet += 1;
      return;
    }
    if (answer.redirected) location.reload(); // the login has ended: say so, and come back here
    if (!answer.ok) throw new Error(`the page answered ${answer.status}`);
    const html = await answer.text();
    morph(new DOMParser().parseFromString(html, "text/html"));
    tellTimes();
    await this.refresh?.();
    this.etag = answer.headers.get("ETag") ?? ""; // only now: a failed refresh is tried again
    this.quiet = 0;
  }

  delay() {
    if (this.failures) {
      const backoff = Math.min(LONGEST_MS, LIVE_MS * 2 ** (this.failures - 1));
      return backoff * (0.7 + 0.6 * Math.random()); // not all tabs at once
    }
    if (!this.running) return IDLE_MS;
    return this.quiet > CALM_AFTER ? CALM_MS : LIVE_MS;
  }

  tell() {
    if (!this.pulse) return;
    const state = this.paused ? "paused" : this.failures ? "lost" : this.running ? "live" : "idle";
    const seconds = Math.round((Date.now() - this.updated) / 1000);
    const words = this.pulse.getAttribute(`data-word-${state}`).replace("{seconds}", String(seconds));
    this.pulse.dataset.state = state;
    if (this.pulse.textContent !== words) this.pulse.textContent = words;
  }
}
