// Keeps a back-test going while its page is looked at: asks for one piece after another and shows
// what is known so far. Without it the button "Go on" does the same, one piece a press.
let going = false;

async function piece(form) {
  const response = await fetch(location.href, { method: "POST", body: new FormData(form) });
  if (!response.ok) throw new Error(`${response.status}`);
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const note = document.querySelector("#backtest [name=note]")?.value;
  document.getElementById("backtest").replaceWith(fresh.getElementById("backtest"));
  const field = document.querySelector("#backtest [name=note]");
  if (field && note !== undefined) field.value = note;
}

async function goOn() {
  if (going) return;
  going = true;
  try {
    for (let form = waiting(); form && !document.hidden; form = waiting()) await piece(form);
  } catch {
    // the server is away: the button is still there
  } finally {
    going = false;
  }
}

function waiting() {
  return document.querySelector("#go-on[data-left]");
}

document.addEventListener("visibilitychange", goOn);
goOn();
