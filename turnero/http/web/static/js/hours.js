// When somebody works, by their schedule: what the page can tell without asking. The server knows holidays as well.

import { dateOf, later, timeOf, weekday } from "./zone.js";

const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

/**
 * When a schedule is open on a date: its exception if it has one, else the hours of that weekday less its breaks.
 * @param {any} schedule
 * @param {string} date
 * @returns {[string, string][]} Sorted.
 */
export function openHours(schedule, date) {
  const exception = schedule.exceptions.find((one) => one.date === date);
  if (exception) return exception.hours.map(({ from, to }) => [from, to]).sort();
  const day = DAYS[weekday(date)];
  let open = schedule.weekly.filter((one) => one.day === day).map(({ from, to }) => [from, to]);
  for (const pause of schedule.breaks.filter((one) => one.day === day)) {
    open = open.flatMap(([from, to]) =>
      [
        [from, pause.from < to ? pause.from : to],
        [pause.to > from ? pause.to : from, to],
      ].filter(([begins, ends]) => begins < ends),
    );
  }
  return open.sort();
}

/**
 * @param {any} schedule
 * @param {string} wall
 * @param {number} minutes
 * @returns {boolean} Whether an appointment of so many minutes lies within hours that are open.
 */
export function isOpen(schedule, wall, minutes) {
  const end = later(wall, minutes);
  const until = dateOf(end) > dateOf(wall) ? "24:00" : timeOf(end);
  return openHours(schedule, dateOf(wall)).some(([opens, closes]) => opens <= timeOf(wall) && until <= closes);
}
