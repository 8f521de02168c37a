// The lines of a log, fetched in blocks as they are looked at; those long unseen are let go.
const BLOCK = 500;
const KEPT = 60; // blocks

export class Lines extends EventTarget {
  constructor(url) {
    super();
    this.url = url;
    this.total = 0;
    this.size = 0;
    this.blocks = new Map();
    this.asked = new Set();
  }

  // What there is by now. False where nothing was printed since the last time.
  async refresh() {
    const first = this.total ? Math.floor((this.total - 1) / BLOCK) * BLOCK : -1;
    const { total, size } = await this.fetch(first, 1);
    if (total === this.total && size === this.size) return false;
    Object.assign(this, { total, size });
    for (const block of this.blocks.values()) block.stale ||= !block.final;
    return true;
  }

  // { text, start, cut } of a line; undefined until it is there.
  get(line) {
    const number = Math.floor(line / BLOCK);
    const block = this.blocks.get(number);
    if (!block || block.stale) this.load(number);
    if (!block) return undefined;
    this.blocks.delete(number); // the last one used is the last one let go
    this.blocks.set(number, block);
    const text = block.lines[line - number * BLOCK];
    return text === undefined ? undefined : { text, start: block.starts.get(line), cut: block.cut[line] };
  }

  async load(number) {
    if (this.asked.has(number)) return;
    this.asked.add(number);
    try {
      const found = await this.fetch(number * BLOCK, BLOCK);
      const starts = new Map(found.starts.map((start) => [start.line, start]));
      const final = (number + 1) * BLOCK < found.total;
      this.blocks.delete(number);
      this.blocks.set(number, { lines: found.lines, cut: found.cut, starts, final });
      for (const oldest of this.blocks.keys()) {
        if (this.blocks.size <= KEPT) break;
        this.blocks.delete(oldest);
      }
      this.dispatchEvent(new Event("change"));
    } catch {
      // the page's own asking says that the connection is lost, and brings us back here
    } finally {
      this.asked.delete(number);
    }
  }

  async fetch(first, count) {
    const answer = await fetch(`${this.url}?first=${first}&count=${count}`, { cache: "no-store", signal: AbortSignal.timeout(15000) });
    if (!answer.ok) throw new Error(`the log answered ${answer.status}`);
    return answer.json();
  }
}
