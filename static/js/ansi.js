// A line of a console -> pieces of text with classes: colours as a terminal would show them.
const SEQUENCE = /\x1b(?:\[([0-9;:]*)m|\[[0-?]*[ -\/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -\/]*[0-~])/g;
const CONTROL = /[\x00-\x08\x0b-\x1f\x7f]/g;
const STYLES = { 1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike" };
const OFF = { 22: ["bold", "dim"], 23: ["italic"], 24: ["underline"], 27: ["inverse"], 29: ["strike"] };

// The sixteen colours by which others are shown, as xterm has them.
const SIXTEEN = [
  [0, 0, 0], [205, 0, 0], [0, 205, 0], [205, 205, 0], [0, 0, 238], [205, 0, 205], [0, 205, 205], [229, 229, 229],
  [127, 127, 127], [255, 0, 0], [0, 255, 0], [255, 255, 0], [92, 92, 255], [255, 0, 255], [0, 255, 255], [255, 255, 255],
];
const CUBE = [0, 95, 135, 175, 215, 255];

// [{ text, classes }]; what is no colour is left out, other control characters become visible.
export function pieces(line) {
  const found = [];
  const state = { front: "", back: "", styles: new Set() };
  let from = 0;
  for (const match of line.matchAll(SEQUENCE)) {
    add(found, line.slice(from, match.index), state);
    if (match[1] !== undefined) apply(state, match[1]);
    from = match.index + match[0].length;
  }
  add(found, line.slice(from), state);
  return found;
}

export function plain(parts) {
  return parts.map(({ text }) => text).join("");
}

// The pieces again, cut where `words` begin and end; those of a hit have `hit`.
export function marked(parts, words) {
  const text = plain(parts).toLowerCase();
  if (!words || text.length !== plain(parts).length) return parts;
  const found = [];
  let at = 0;
  for (const part of parts) {
    cut(found, part, at, text, words);
    at += part.text.length;
  }
  return found;
}

function cut(found, part, start, text, words) {
  const end = start + part.text.length;
  let at = start;
  let hit = text.indexOf(words, Math.max(0, start - words.length + 1));
  while (hit >= 0 && hit < end) {
    const [from, to] = [Math.max(hit, start), Math.min(hit + words.length, end)];
    if (from > at) found.push({ ...part, text: part.text.slice(at - start, from - start) });
    if (to > from) found.push({ ...part, text: part.text.slice(from - start, to - start), hit: true });
    at = Math.max(at, to);
    hit = text.indexOf(words, hit + words.length);
  }
  if (at < end) found.push({ ...part, text: part.text.slice(at - start) });
}

function add(found, text, { front, back, styles }) {
  if (!text) return;
  const shown = text.replace(CONTROL, (sign) => String.fromCharCode(sign === "\x7f" ? 0x2421 : 0x2400 + sign.charCodeAt(0)));
  found.push({ text: shown, classes: [front, back, ...styles].filter(Boolean).join(" ") });
}

function apply(state, codes) {
  const numbers = codes.split(/[;:]/).map(Number);
  for (let at = 0; at < numbers.length; at += 1) {
    const code = numbers[at];
    if (code === 0) Object.assign(state, { front: "", back: "", styles: new Set() });
    else if (STYLES[code]) state.styles.add(STYLES[code]);
    else if (OFF[code]) OFF[code].forEach((style) => state.styles.delete(style));
    else if (code === 38 || code === 48) at += extended(state, code === 38 ? "front" : "back", numbers, at);
    else colour(state, code);
  }
}

function colour(state, code) {
  if (code >= 30 && code <= 37) state.front = `f${code - 30}`;
  else if (code >= 90 && code <= 97) state.front = `f${code - 82}`;
  else if (code >= 40 && code <= 47) state.back = `b${code - 40}`;
  else if (code >= 100 && code <= 107) state.back = `b${code - 92}`;
  else if (code === 39) state.front = "";
  else if (code === 49) state.back = "";
}

// 38;5;n or 38;2;r;g;b: how many numbers it took besides the 38.
function extended(state, place, numbers, at) {
  const letter = place === "front" ? "f" : "b";
  if (numbers[at + 1] === 5) {
    state[place] = letter + of256(numbers[at + 2] ?? 7);
    return 2;
  }
  if (numbers[at + 1] !== 2) return 1;
  state[place] = letter + nearest(numbers.slice(at + 2, at + 5));
  return 4;
}

function of256(number) {
  if (number < 16) return number;
  if (number >= 232) return nearest(Array(3).fill(8 + 10 * (number - 232)));
  const place = number - 16;
  return nearest([CUBE[Math.floor(place / 36)], CUBE[Math.floor(place / 6) % 6], CUBE[place % 6]]);
}

function nearest(rgb) {
  const far = SIXTEEN.map((other) => other.reduce((sum, part, i) => sum + (part - (rgb[i] ?? 0)) ** 2, 0));
  return far.indexOf(Math.min(...far));
}
