"use strict";
// The page works without this script: bars lead to their events. With it, the timeline can be dragged.
const data = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const timeline = byId("timeline"), playhead = byId("playhead"), picture = byId("picture"), film = byId("film");
const video = byId("video"), overlay = byId("overlay"), now = byId("now"), chosen = byId("chosen");
const cards = new Map([...document.querySelectorAll(".event")].map((card) => [card.id, card]));
const bars = new Map([...document.querySelectorAll(".lane a")].map((bar) => [bar.dataset.event, bar]));
let seconds = 0, current = null;

const clock = (value) => {
  const whole = Math.floor(value), two = (number) => String(number).padStart(2, "0");
  return `${two(Math.floor(whole / 3600))}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
};

function nearest(times, value) {
  let low = 0, high = times.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (times[middle] <= value) low = middle; else high = middle;
  }
  return Math.abs(times[high] - value) < Math.abs(times[low] - value) ? high : low;
}

function peopleAt(value) {
  return data.curves.map((curve) => {
    if (!curve.seconds.length) return "";
    const at = nearest(curve.seconds, value);
    return Math.abs(curve.seconds[at] - value) > data.curve_step ? "" : `${curve.zone}: ${curve.people[at]}`;
  }).filter(Boolean).join(" · ");
}

function showPicture(source) {
  if (!picture || !source) return;
  if (picture.getAttribute("src") !== source) picture.src = source;
}

function showPaths(event) {
  if (!overlay) return;
  overlay.querySelectorAll(".path").forEach((line) => line.remove());
  // The paths of a whole crowd would hide it.
  for (const track of event && event.tracks.length <= 3 ? event.tracks : []) {
    const path = data.paths[track];
    if (!path || path.length < 2) continue;
    const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    line.setAttribute("class", "path");
    line.setAttribute("points", path.map(([x, y]) => `${x * data.width},${y * data.height}`).join(" "));
    overlay.append(line);
  }
}

function moveTo(value, { seek = true } = {}) {
  seconds = Math.min(Math.max(value, 0), data.duration);
  playhead.style.left = `${data.duration ? (100 * seconds) / data.duration : 0}%`;
  now.textContent = clock(seconds);
  timeline.setAttribute("aria-valuenow", seconds.toFixed(1));
  timeline.setAttribute("aria-valuetext", clock(seconds));
  if (!current) chosen.textContent = peopleAt(seconds);
  if (!video.hidden && seek) video.currentTime = seconds;
  if (!current && data.film_times.length) {
    showPicture(film.children[nearest(data.film_times, seconds)].src);
  }
}

function choose(id, { scroll = true } = {}) {
  const event = data.events[id];
  for (const map of [cards, bars]) map.forEach((element, key) => element.classList.toggle("chosen", key === id));
  current = event ? id : null;
  showPaths(event);
  if (!event) return;
  chosen.textContent = event.title;
  moveTo(event.peak);
  const card = cards.get(id), shot = card.querySelector("img");
  if (shot) showPicture(shot.src);
  if (scroll) { card.hidden = false; card.scrollIntoView({ block: "nearest", behavior: "smooth" }); }
}

function free(value, options) { choose(null); moveTo(value, options); }

const timeOf = (pointer) => {
  const box = timeline.getBoundingClientRect();
  return ((pointer.clientX - box.left) / box.width) * data.duration;
};
let dragging = false;
timeline.addEventListener("pointerdown", (pointer) => {
  if (pointer.button || pointer.target.closest("a")) return;
  dragging = true;
  timeline.setPointerCapture(pointer.pointerId);
  free(timeOf(pointer));
});
timeline.addEventListener("pointermove", (pointer) => { if (dragging) free(timeOf(pointer)); });
for (const name of ["pointerup", "pointercancel"]) timeline.addEventListener(name, () => { dragging = false; });
timeline.addEventListener("click", (click) => {
  const bar = click.target.closest("a");
  if (!bar) return;
  click.preventDefault();
  choose(bar.dataset.event);
});
const order = Object.keys(data.events);
timeline.addEventListener("keydown", (key) => {
  const step = key.shiftKey ? 10 : 1;
  const moves = { ArrowLeft: seconds - step, ArrowRight: seconds + step, Home: 0, End: data.duration };
  if (key.key in moves) free(moves[key.key]);
  else if (key.key === "PageDown" || key.key === "PageUp") {
    const after = order.filter((id) => key.key === "PageDown" ? data.events[id].peak > seconds + 0.01 : data.events[id].peak < seconds - 0.01);
    if (after.length) choose(key.key === "PageDown" ? after[0] : after[after.length - 1]);
  } else return;
  key.preventDefault();
});

cards.forEach((card, id) => card.addEventListener("click", (click) => {
  if (click.target.closest("a.clip")) return;
  click.preventDefault();
  choose(id, { scroll: false });
}));
document.querySelectorAll("a[data-goto]").forEach((link) => link.addEventListener("click", (click) => {
  click.preventDefault();
  choose(link.dataset.goto);
}));

document.querySelectorAll(".choices button").forEach((button) => button.addEventListener("click", () => {
  document.querySelectorAll(".choices button").forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
  cards.forEach((card) => { card.hidden = Boolean(button.dataset.type) && card.dataset.type !== button.dataset.type; });
}));

byId("file").addEventListener("change", (change) => {
  const file = change.target.files[0];
  if (!file) return;
  if (video.src) URL.revokeObjectURL(video.src);
  video.src = URL.createObjectURL(file);
});
video.addEventListener("loadedmetadata", () => {
  video.hidden = false;
  if (picture) picture.hidden = true;
  video.currentTime = seconds;
  byId("cannot").hidden = true;
});
video.addEventListener("error", () => { video.hidden = true; if (picture) picture.hidden = false; byId("cannot").hidden = false; });
video.addEventListener("timeupdate", () => { if (!video.paused) free(video.currentTime, { seek: false }); });

document.body.classList.add("scripted");
const asked = decodeURIComponent(location.hash.slice(1));
if (asked in data.events) choose(asked); else moveTo(0);
