// Choosing a day and a time of it, on a 24-hour clock whatever the browser prefers.

import { el, field, select } from "./dom.js";
import { shortDay } from "./format.js";

const STEP_MINUTES = 15;
const PER_DAY = 1440;

/** @param {string} chosen `HH:MM`; it is among the choices also if it is off the grid. @param {{until?: boolean}} [how] */
export function timeSelect(chosen, { until = false } = {}) {
  const times = [];
  for (let minutes = 0; minutes < PER_DAY; minutes += STEP_MINUTES) {
    times.push(`${String(Math.floor(minutes / 60)).padStart(2, "0")}:${String(minutes % 60).padStart(2, "0")}`);
  }
  if (until) times.push("24:00");
  if (!times.includes(chosen)) times.push(chosen);
  return select(
    times.sort().map((time) => [time, time]),
    chosen,
  );
}

/**
 * A day with its label. Browsers write dates in the order of their own language, so the label says which day it is.
 * @param {string} text
 * @param {string} chosen `YYYY-MM-DD`
 * @returns {{node: HTMLElement, input: HTMLInputElement}}
 */
export function dateField(text, chosen) {
  const input = /** @type {HTMLInputElement} */ (el("input", { type: "date", value: chosen, required: true }));
  const node = field(text, input);
  const label = node.querySelector("label");
  const say = () => (label.textContent = input.value ? `${text}: ${shortDay(input.value)}` : text);
  input.addEventListener("input", say);
  say();
  return { node, input };
}
