// Says how fresh the page is: live, up to date, behind, paused, lost or gone.
const TELL_MS = 500;
const LATE_MS = 3000; // beyond its turn an answer is late, and the page may be behind

export class Pulse {
  // live: whose state is told
  constructor(live) {
    this.live = live;
    this.element = document.querySelector("[data-pulse]");
    setInterval(() => this.tell(), TELL_MS);
    document.addEventListener("visibilitychange", () => this.tell()); // before anything is read
  }

  get state() {
    const { gone, paused, failures, running, delay } = this.live;
    if (gone) return "gone";
    if (paused) return "paused";
    if (failures) return "lost";
    if (this.age > delay + LATE_MS) return "behind";
    return running ? "live" : "idle";
  }

  get age() {
    return Date.now() - this.live.updated;
  }

  tell() {
    if (!this.element || document.hidden) return;
    const { state } = this;
    const wait = state === "lost" ? this.live.next - Date.now() : this.age;
    const seconds = state === "lost" ? Math.max(0, Math.ceil(wait / 1000)) : Math.round(wait / 1000);
    const words = this.element.getAttribute(`data-word-${state}`).replace("{seconds}", String(seconds));
    this.element.dataset.state = state;
    if (this.element.textContent !== words) this.element.textContent = words;
  }
}
