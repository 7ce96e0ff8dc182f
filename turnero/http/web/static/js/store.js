// What is known of the calendars: bookings, customers, hours. Everything comes in here, whether it was asked for, pushed
// or wished for, and whoever shows it hears of it.

import { all, get } from "./api.js";
import { dateOf, timeOf, wallAt, wallOf } from "./zone.js";

// The API takes so many ids at once.
const IDS_AT_ONCE = 100;

/** Bookings that take time. */
export const LIVE = new Set(["PENDING", "CONFIRMED"]);

export class Store extends EventTarget {
  /**
   * @param {{me: any, business: any, providers: any[], services: any[]}} known
   */
  constructor({ me, business, providers, services }) {
    super();
    this.me = me;
    this.business = business;
    this.providers = providers;
    this.services = new Map(services.map((service) => [service.id, service]));
    /** @type {Map<string, any>} Bookings as the server has them. */
    this.bookings = new Map();
    /** @type {Map<string, any>} What we have asked for, until the server has had its say: parts of bookings. */
    this.wishes = new Map();
    /** @type {Map<string, any>} */
    this.customers = new Map();
    /** @type {Map<string, any>} Time off, and what the weeks are like, by provider. */
    this.schedules = new Map();
    /** @type {Map<string, Map<string, [string, string][]>>} When it is open, by provider and date. */
    this.hours = new Map();
    this.tellsTime(me.now);
    const today = dateOf(this.wallNow());
    /** @type {{from: string, to: string}} The dates that are on the page. */
    this.range = { from: today, to: today };
  }

  /** The clock of the calendars, which in a demo is not that of the browser. */
  now() {
    return Date.now() + this.ahead;
  }

  /** @param {string} instant What the server's clock shows at this moment. */
  tellsTime(instant) {
    this.ahead = Date.parse(instant) - Date.now();
  }

  /** @param {string} [providerId] @returns {string} The zone of a calendar, or of the shop. */
  zone(providerId) {
    return (
      this.providers.find((one) => one.id === providerId)?.timeZone ??
      this.providers[0]?.timeZone ??
      this.business.timeZone
    );
  }

  /** @returns {string} What the clock in the shop shows. */
  wallNow() {
    return wallAt(this.now(), this.zone());
  }

  /** @param {string} id */
  provider(id) {
    return this.providers.find((one) => one.id === id);
  }

  /** @returns {any} A booking as it is to be shown: with what we wish for on top of what is. */
  booking(/** @type {string} */ id) {
    const found = this.bookings.get(id);
    return found && { ...found, ...this.wishes.get(id) };
  }

  /** Every booking that is known, as it is to be shown. */
  *shown() {
    for (const id of this.bookings.keys()) yield this.booking(id);
  }

  /** @param {{from: string, to: string}} range Dates, inclusive. */
  async load(range) {
    this.range = range;
    const hours = Promise.all(this.providers.map(({ id }) => this.loadHours(id, range)));
    const found = await all("/bookings", { ...this.whose(), ...range });
    await hours;
    for (const booking of found) this.accept(booking);
    await this.meet(found.map((booking) => booking.customerId));
    this.changed();
  }

  /** What narrows a list to the calendars of this page. */
  whose() {
    return this.me.role === "provider" ? { providerId: this.me.subject } : { businessId: this.business.id };
  }

  /** Read when somebody works, and their time off. @param {string} providerId */
  async loadSchedule(providerId) {
    const schedule = get(`/providers/${providerId}/schedule`);
    this.hours.delete(providerId);
    await this.loadHours(providerId, this.range);
    this.schedules.set(providerId, await schedule);
    this.changed();
  }

  /** @param {string} providerId @param {{from: string, to: string}} range Dates, inclusive. */
  async loadHours(providerId, range) {
    if (this.openHours(providerId, range.from) && this.openHours(providerId, range.to)) return;
    const { days } = await get(`/providers/${providerId}/hours`, range);
    const known = this.hours.get(providerId) ?? new Map();
    this.hours.set(providerId, known);
    for (const { date, open } of days) {
      known.set(
        date,
        open.map(({ start, end }) => [timeOf(wallOf(start)), endOn(date, wallOf(end))]),
      );
    }
  }

  /**
   * @param {string} providerId
   * @param {string} date
   * @returns {[string, string][] | undefined} When somebody is open, as `HH:MM`; undefined as long as it is not known.
   */
  openHours(providerId, date) {
    return this.hours.get(providerId)?.get(date);
  }

  /**
   * Take a booking that the server has told of, unless a newer one of it is known.
   * @param {any} booking Perhaps without note and reason, as pushes are.
   */
  accept(booking) {
    const known = this.bookings.get(booking.id);
    if (known && !newer(booking, known)) return;
    this.bookings.set(booking.id, { ...known, ...booking });
  }

  /** @param {any} booking */
  async put(booking) {
    this.wishes.delete(booking.id);
    this.accept(booking);
    this.changed();
    await this.meet([booking.customerId]);
  }

  /** Show a booking as we wish it to be. @param {string} id @param {object} wish */
  wish(id, wish) {
    this.wishes.set(id, wish);
    this.changed();
  }

  /** Show a booking as it is. @param {string} id */
  unwish(id) {
    this.wishes.delete(id);
    this.changed();
  }

  /** Learn who these are, if we do not know yet. @param {string[]} ids */
  async meet(ids) {
    const unknown = [...new Set(ids)].filter((id) => !this.customers.has(id));
    for (let start = 0; start < unknown.length; start += IDS_AT_ONCE) {
      const some = unknown.slice(start, start + IDS_AT_ONCE);
      const found = await all("/customers", { businessId: this.business.id, ids: some.join(",") });
      for (const customer of found) this.customers.set(customer.id, customer);
    }
    if (unknown.length) this.changed();
  }

  changed() {
    this.dispatchEvent(new Event("change"));
  }
}

/** @param {string} date @param {string} wall @returns {string} The time on that date; the midnight after it is 24:00. */
const endOn = (date, wall) => (dateOf(wall) > date ? "24:00" : timeOf(wall));

/** @param {any} a @param {any} b @returns {boolean} Whether `a` tells more of one booking than `b`, or as much. */
function newer(a, b) {
  // Sequences are numbers within one calendar; a booking that moves between two has another revision afterwards.
  return a.revision !== b.revision
    ? a.revision > b.revision
    : a.providerId !== b.providerId || a.sequence >= b.sequence;
}
