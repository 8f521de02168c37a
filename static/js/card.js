// One chart's card: heading, tools, plot, the cross-hair's line and the note below.
export function build({ name, title }, words) {
  const element = document.createElement("article");
  element.className = "card";
  const heading = element.appendChild(document.createElement("h3"));
  heading.append(name, " ");
  if (title) heading.appendChild(Object.assign(document.createElement("span"), { className: "title", textContent: title }));
  const meaning = meanings()[name];
  if (meaning) element.appendChild(Object.assign(document.createElement("p"), { className: "meaning", textContent: meaning, title: meaning }));
  const tools = element.appendChild(Object.assign(document.createElement("div"), { className: "tools" }));
  const keep = tools.appendChild(toolButton("save", words.wordSave, name));
  const grow = tools.appendChild(toolButton("grow", words.wordLarge, name));
  grow.setAttribute("aria-pressed", "false");
  const plot = element.appendChild(Object.assign(document.createElement("div"), { className: "plot" }));
  plot.setAttribute("role", "img");
  plot.setAttribute("aria-label", title ? `${name}: ${title}` : name);
  const line = element.appendChild(Object.assign(document.createElement("div"), { className: "cross", hidden: true }));
  const note = element.appendChild(Object.assign(document.createElement("p"), { className: "under" }));
  const said = element.appendChild(Object.assign(document.createElement("ul"), { className: "told", hidden: true }));
  return { name, element, plot, note, tools, grow, save: keep, cross: (x) => moveCross(line, plot, x), tell: (says) => tell(said, says) };
}

// What a reader would else take for more than it is, each on a line of its own.
function tell(list, says) {
  if (list.dataset.says === JSON.stringify(says)) return;
  list.dataset.says = JSON.stringify(says);
  list.hidden = !says.length;
  list.replaceChildren(...says.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}

// What the page says of its trainers' metrics; nothing on pages that say nothing.
function meanings() {
  return JSON.parse(document.getElementById("metric-meanings")?.textContent ?? "{}");
}

function toolButton(icon, word, name) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "tool", title: word });
  button.setAttribute("aria-label", `${word}: ${name}`);
  const sheet = document.querySelector(".brand use").getAttribute("href").split("#")[0];
  button.innerHTML = `<svg class="icon" aria-hidden="true"><use href="${sheet}#${icon}"/></svg>`;
  return button;
}

function moveCross(line, plot, x) {
  const layout = plot._fullLayout;
  const axis = layout?.xaxis;
  const at = axis && x !== null ? axis.d2p(x) : NaN;
  line.hidden = !(at >= 0 && at <= axis._length);
  if (line.hidden) return;
  line.style.left = `${plot.offsetLeft + axis._offset + at}px`;
  line.style.top = `${plot.offsetTop + layout.yaxis._offset}px`;
  line.style.height = `${layout.yaxis._length}px`;
}
