// Says every <time> in the reader's words and zone.
const STEPS = [
  [60, "second", 1],
  [3600, "minute", 60],
  [86400, "hour", 3600],
  [7 * 86400, "day", 86400],
];
const language = document.documentElement.lang;
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto", style: "short" });
const absolute = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

function ago(date) {
  const seconds = (Date.now() - date) / 1000;
  for (const [below, unit, size] of STEPS) {
    if (seconds < below) return relative.format(-Math.max(0, Math.floor(seconds / size)), unit);
  }
  return absolute.format(date);
}

export function tellTimes() {
  for (const element of document.querySelectorAll("time[datetime]")) {
    const date = new Date(element.dateTime);
    const words = element.classList.contains("clock") ? absolute.format(date) : ago(date);
    if (element.textContent !== words) element.textContent = words;
    element.title = absolute.format(date);
  }
}
