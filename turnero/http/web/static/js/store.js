// What is known of the calendars: bookings, customers, hours. Everything comes in here, whether it was asked for, pushed
// or wished for, and whoever shows it hears of it.

import { all, get } from "./api.js";
import { wallAt } from "./zone.js";

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
    /** @type {Map<string, any>} Working hours and time off, by provider. */
    this.schedules = new Map();
    /** @type {{from: string, to: string} | null} */
    this.range = null;
    this.tellsTime(me.now);
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
    return this.providers.find((one) => one.id === providerId)?.timeZone ?? this.providers[0]?.timeZone ?? this.business.timeZone;
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
    const whose = this.whose();
    const found = await all("/bookings", { ...whose, ...range });
    for (const booking of found) this.accept(booking);
    await this.meet(found.map((booking) => booking.customerId));
    this.changed();
  }

  /** What narrows a list to the calendars of this page. */
  whose() {
    return this.me.role === "provider" ? { providerId: this.me.subject } : { businessId: this.business.id };
  }

  /** @param {string} providerId */
  async loadSchedule(providerId) {
    this.schedules.set(providerId, await get(`/providers/${providerId}/schedule`));
    this.changed();
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

/** @param {any} a @param {any} b @returns {boolean} Whether `a` tells more of one booking than `b`, or as much. */
function newer(a, b) {
  // Sequences are numbers within one calendar; a booking that moves between two has another revision afterwards.
  return a.revision !== b.revision ? a.revision > b.revision : a.providerId !== b.providerId || a.sequence >= b.sequence;
}
