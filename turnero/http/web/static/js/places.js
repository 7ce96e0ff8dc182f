// Choosing a time of day, on a 24-hour clock whatever the browser prefers.

import { select } from "./dom.js";

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
