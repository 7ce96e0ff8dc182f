// Between instants and the wall clock of the shop, whatever the zone of the browser is. A "wall" is a time as the clock
// in the shop shows it, written 2026-12-01T10:00:00.

/** @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/** @param {string} zone */
function clock(zone) {
  let found = clocks.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      hourCycle: "h23",
      ...{ year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" },
    });
    clocks.set(zone, found);
  }
  return found;
}

/** @param {number} ms @param {string} zone An IANA name. @returns {string} What the wall clock shows then. */
export function wallAt(ms, zone) {
  const part = Object.fromEntries(
    clock(zone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, value]),
  );
  return `${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}`;
}

/**
 * The instant at which the wall clock shows `wall`. Of a time that comes twice the first is meant; one that the clock
 * skips is read as if it had not been put forward, which the server then has its say about.
 * @param {string} wall
 * @param {string} zone
 * @returns {number} Milliseconds since 1970.
 */
export function instantOf(wall, zone) {
  const asIfUtc = Date.parse(`${wall}Z`);
  const DAY = 86_400_000;
  const offsets = [asIfUtc - DAY, asIfUtc + DAY].map((ms) => Date.parse(`${wallAt(ms, zone)}Z`) - ms);
  const candidates = offsets.map((offset) => asIfUtc - offset).sort((a, b) => a - b);
  return candidates.find((ms) => wallAt(ms, zone) === wall) ?? asIfUtc - offsets[0];
}

/** @param {string} instant As the API writes it, with the offset of the shop's zone. @returns {string} */
export const wallOf = (instant) => instant.slice(0, 19);

/** @param {string} wall @param {number} minutes @returns {string} The wall time so much later, on a day without jumps. */
export const later = (wall, minutes) => new Date(Date.parse(`${wall}Z`) + minutes * 60_000).toISOString().slice(0, 19);

/** @param {string} wall @returns {string} */
export const dateOf = (wall) => wall.slice(0, 10);

/** @param {string} wall @returns {string} `HH:MM`. */
export const timeOf = (wall) => wall.slice(11, 16);

/** @param {string} date @param {number} days @returns {string} */
export const addDays = (date, days) => later(`${date}T00:00:00`, days * 1440).slice(0, 10);

/** @param {string} date @returns {number} Since Monday: 0 to 6. */
export const weekday = (date) => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;

/** @param {{start: string, end: string}} booking @returns {number} How many minutes it takes. */
export const lengthOf = ({ start, end }) => (Date.parse(end) - Date.parse(start)) / 60_000;
