// What there is to draw, as EventCalendar takes it: appointments, time off, hours in which nobody works, the present.
// All of it from the store, and in times of the shop's wall clock.

import { LIVE } from "./store.js";
import { addDays, dateOf, later, lengthOf, timeOf, wallOf } from "./zone.js";

// What is shown of a day in which nobody works.
const USUAL_HOURS = [8, 20];
// Shorter ones have room for one line only.
const TWO_LINES_MINUTES = 30;

/**
 * @typedef {import("./store.js").Store} Store
 * @typedef {{from: string, to: string}} Range Dates, inclusive.
 */

/** @param {Store} store @param {any[]} shown Bookings. */
export function appointments(store, shown) {
  /** @type {Map<string, any[]>} Who shares a session is one appointment of the calendar. */
  const together = new Map();
  const alone = [];
  for (const booking of shown) {
    if (!booking.sessionId) alone.push(booking);
    else if (together.has(booking.sessionId)) together.get(booking.sessionId).push(booking);
    else together.set(booking.sessionId, [booking]);
  }
  return [...alone.map((booking) => [booking]), ...together.values()].map((members) => appointment(store, members));
}

/** @param {Store} store @param {any[]} members */
function appointment(store, members) {
  const [booking] = members;
  const status = members.find((member) => LIVE.has(member.status))?.status ?? booking.status;
  return {
    id: booking.sessionId ?? booking.id,
    resourceIds: [booking.providerId],
    start: wallOf(booking.start),
    end: wallOf(booking.end),
    editable: !booking.sessionId && LIVE.has(booking.status),
    classNames: [
      `is-${status.toLowerCase()}`,
      store.wishes.has(booking.id) && "is-wish",
      lengthOf(booking) < TWO_LINES_MINUTES && "is-short",
    ].filter(Boolean),
    extendedProps: { bookingId: booking.id, members: members.length, status },
  };
}

/** @param {Store} store @param {any[]} people */
export const timeOff = (store, people) =>
  people.flatMap(({ id }) =>
    (store.schedules.get(id)?.timeOff ?? []).map((off) => ({
      id: off.id,
      resourceIds: [id],
      start: wallOf(off.start),
      end: wallOf(off.end),
      editable: false,
      classNames: ["is-away"],
      extendedProps: { timeOff: off, providerId: id },
    })),
  );

/** When people do not work, behind the appointments. @param {Store} store @param {any[]} people @param {Range} range */
export const shades = (store, people, range) =>
  people.flatMap(({ id }) => datesOf(range).flatMap((date) => shadesOf(id, date, store.openHours(id, date))));

/** @param {string} providerId @param {string} date @param {[string, string][] | undefined} open */
function shadesOf(providerId, date, open) {
  if (!open) return [];
  const shaded = [];
  let closed = "00:00";
  for (const [opens, closes] of [...open, ["24:00", "24:00"]]) {
    if (closed < opens) shaded.push(shade(providerId, date, closed, opens));
    closed = closes;
  }
  return shaded;
}

/** @param {string} providerId @param {string} date @param {string} from @param {string} to */
const shade = (providerId, date, from, to) => ({
  id: `closed ${providerId} ${date} ${from}`,
  resourceIds: [providerId],
  start: `${date}T${from}:00`,
  end: to === "24:00" ? `${addDays(date, 1)}T00:00:00` : `${date}T${to}:00`,
  display: "background",
  classNames: ["is-closed"],
  extendedProps: {},
});

/** @param {Store} store @param {any[]} people */
export function nowLine(store, people) {
  const now = store.wallNow();
  return people.map(({ id }) => ({
    id: `now ${id}`,
    resourceIds: [id],
    start: now,
    end: later(now, 1),
    display: "background",
    classNames: ["is-now"],
    extendedProps: {},
  }));
}

/**
 * The first and the last hour to show: all in which somebody works, or has an appointment.
 * @param {Store} store
 * @param {any[]} people
 * @param {Range} range
 * @param {any[]} shown Bookings.
 */
export function hoursOf(store, people, range, shown) {
  const open = people.flatMap(({ id }) => datesOf(range).flatMap((date) => store.openHours(id, date) ?? []));
  const taken = shown.map(({ start, end }) => [wallOf(start), wallOf(end)]);
  const spans = [
    ...open,
    ...taken
      .filter(([start]) => range.from <= dateOf(start) && dateOf(start) <= range.to)
      .map(([start, end]) => [timeOf(start), dateOf(end) > dateOf(start) ? "24:00" : timeOf(end)]),
  ];
  if (!spans.length) return USUAL_HOURS;
  const first = Math.min(...spans.map(([begins]) => hourOf(begins)));
  const last = Math.max(...spans.map(([, ends]) => hourOf(ends)));
  return [Math.floor(first), Math.ceil(last)];
}

/** @param {Range} range @returns {string[]} */
function datesOf({ from, to }) {
  const dates = [];
  for (let date = from; date <= to; date = addDays(date, 1)) dates.push(date);
  return dates;
}

/** @param {string} time `HH:MM` */
const hourOf = (time) => Number(time.slice(0, 2)) + Number(time.slice(3, 5)) / 60;
