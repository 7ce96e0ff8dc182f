// What can be done to calendars: shown at once as if it were done, then as the server says, with a way back.

import { ask, post, Refused, Unreachable } from "./api.js";
import { shortDay } from "./format.js";
import { has, t } from "./texts.js";
import { dateOf, instantOf, later, lengthOf, timeOf, wallOf } from "./zone.js";

// What cannot be taken back is done this much later, so that it need not be: nothing has been sent to the customer yet.
const SECOND_THOUGHTS_MS = 6_000;

/** What staff may set aside (`override`): the shop's own rules, never somebody else's time. */
const OUR_RULES = new Set([
  "outside_working_hours",
  "in_break",
  "too_soon",
  "too_far_ahead",
  "off_grid",
  "too_many_reschedules",
]);

/** Of these, what is there for the customers' sake: whoever works here need not be asked about their own next hour. */
const FOR_CUSTOMERS = new Set(["too_soon", "too_far_ahead", "off_grid"]);

/** How each end of an appointment is asked for. */
const ENDS = { CANCELLED: "cancel", COMPLETED: "complete", NO_SHOW: "no-show" };

/** @typedef {{wall: string, providerId: string, override?: boolean}} Place */

export class Actions {
  /** @param {import("./store.js").Store} store @param {import("./toasts.js").Toasts} toasts */
  constructor(store, toasts) {
    this.store = store;
    this.toasts = toasts;
    /** @type {Map<string, (how?: {keepalive: boolean}) => Promise<void>>} What is about to be done, by booking. */
    this.about = new Map();
    // Whoever leaves has had their second thoughts.
    addEventListener("pagehide", () => this.about.forEach((act) => act({ keepalive: true })));
  }

  /** @param {string} id @returns {string} */
  name(id) {
    return this.store.customers.get(this.store.booking(id).customerId)?.name ?? "";
  }

  // --- Moving -------------------------------------------------------------------------------------------------------

  /** @param {string} id @param {Place} to @param {{undoing?: boolean}} [how] */
  async move(id, { wall, providerId, override = false }, { undoing = false } = {}) {
    const was = this.store.booking(id);
    const minutes = lengthOf(was);
    this.store.wish(id, { start: wall, end: later(wall, minutes), providerId });
    const elsewhere = providerId === was.providerId ? {} : { providerId };
    try {
      const ask = (/** @type {object} */ place) => post(`/bookings/${id}/reschedule`, { ...place, ...elsewhere });
      await this.store.put(await this.place(ask, { wall, providerId, override }, minutes));
    } catch (problem) {
      this.store.unwish(id);
      this.explain(problem, (place) => this.move(id, place), { wall, providerId, override });
      return;
    }
    // It was there before, so whatever the rules are, it may go back.
    const back = { wall: wallOf(was.start), providerId: was.providerId, override: true };
    const values = { name: this.name(id), day: shortDay(wall), time: timeOf(wall) };
    const actions = undoing ? [] : [{ text: t("undo"), act: () => this.move(id, back, { undoing: true }) }];
    this.toasts.say(t("done.moved", values), { actions, stays: 8_000 });
  }

  /** Let an appointment take longer or shorter. @param {string} id @param {number} minutes @param {{undoing?: boolean}} [how] */
  async resize(id, minutes, { undoing = false } = {}) {
    const was = this.store.booking(id);
    const before = lengthOf(was);
    const start = wallOf(was.start);
    this.store.wish(id, { start, end: later(start, minutes) });
    try {
      await this.store.put(await post(`/bookings/${id}/resize`, { durationMinutes: minutes }));
    } catch (problem) {
      this.store.unwish(id);
      this.explain(problem);
      return;
    }
    const actions = undoing ? [] : [{ text: t("undo"), act: () => this.resize(id, before, { undoing: true }) }];
    this.toasts.say(t("done.resized", { name: this.name(id), minutes }), { actions, stays: 8_000 });
  }

  // --- Notes --------------------------------------------------------------------------------------------------------

  /**
   * Write down what is to be known of an appointment, or nothing any more.
   * @param {string} id
   * @param {string} note
   * @returns {Promise<any>} The booking. Raises what the server refused.
   */
  async note(id, note) {
    const booking = await ask("PUT", `/bookings/${id}/note`, { note });
    // Whatever else is wished for is still on its way: this is no answer to it.
    this.store.accept(booking);
    this.store.changed();
    return booking;
  }

  // --- Confirming and ending ----------------------------------------------------------------------------------------

  /** @param {string} id */
  async confirm(id) {
    this.store.wish(id, { status: "CONFIRMED" });
    try {
      await this.store.put(await post(`/bookings/${id}/confirm`));
      this.toasts.say(t("done.CONFIRMED", { name: this.name(id) }));
    } catch (problem) {
      this.store.unwish(id);
      this.explain(problem);
    }
  }

  /**
   * Cancel, complete, or record that nobody came: in a moment, unless there are second thoughts.
   * @param {string} id
   * @param {"CANCELLED" | "COMPLETED" | "NO_SHOW"} status
   * @param {{reason?: string}} [body]
   */
  end(id, status, body = {}) {
    this.about.get(id)?.();
    this.store.wish(id, { status });
    const act = async (how = {}) => {
      if (this.about.get(id) !== act) return;
      this.about.delete(id);
      takeAway();
      try {
        await this.store.put(await ask("POST", `/bookings/${id}/${ENDS[status]}`, body, how));
      } catch (problem) {
        this.store.unwish(id);
        this.explain(problem);
      }
    };
    this.about.set(id, act);
    const undo = () => {
      this.about.delete(id);
      this.store.unwish(id);
    };
    const takeAway = this.toasts.say(t(`done.${status}`, { name: this.name(id) }), {
      actions: [{ text: t("undo"), act: undo }],
      stays: SECOND_THOUGHTS_MS,
      gone: () => act(),
    });
  }

  // --- Booking ------------------------------------------------------------------------------------------------------

  /**
   * @param {any} wish The body of a booking, without its start.
   * @param {Place} place
   * @returns {Promise<any>} The booking. Raises what the server refused.
   */
  async book(wish, { wall, providerId, override = false }) {
    const minutes = this.store.services.get(wish.serviceId).durationMinutes;
    const ask = (/** @type {object} */ place) => post("/bookings", { ...wish, ...place, providerId });
    const booking = await this.place(ask, { wall, providerId, override }, minutes);
    await this.store.put(booking);
    const values = {
      name: this.name(booking.id),
      day: shortDay(wallOf(booking.start)),
      time: timeOf(wallOf(booking.start)),
    };
    this.toasts.say(t("done.booked", values), {
      actions: [{ text: t("undo"), act: () => this.unbook(booking.id) }],
      stays: 8_000,
    });
    return booking;
  }

  /** @param {string} id */
  async unbook(id) {
    try {
      await this.store.put(await post(`/bookings/${id}/cancel`));
    } catch (problem) {
      this.explain(problem);
    }
  }

  /**
   * Put somebody in line for a day on which nothing is free.
   * @param {{serviceId: string, customer: object}} wish
   * @param {{providerId: string, date: string}} where
   */
  async wait(wish, { providerId, date }) {
    await post("/waitlist", { ...wish, providerId, from: date, to: date });
    this.store.dispatchEvent(new Event("waitlist"));
    this.toasts.say(t("done.waiting", { day: shortDay(date) }));
  }

  // --- Time off -----------------------------------------------------------------------------------------------------

  /**
   * @param {string} providerId
   * @param {{start: string, end: string, reason?: string, force?: boolean}} away Walls.
   */
  async block(providerId, { start, end, ...rest }) {
    const body = { start: this.instant(start, providerId), end: this.instant(end, providerId), ...rest };
    const made = await post(`/providers/${providerId}/time-off`, body);
    await this.store.loadSchedule(providerId);
    this.toasts.say(t("done.blocked"), {
      actions: [{ text: t("undo"), act: () => this.unblock(providerId, made.id, { quiet: true }) }],
      stays: 8_000,
    });
  }

  /** @param {string} providerId @param {string} id @param {{quiet?: boolean}} [how] */
  async unblock(providerId, id, { quiet = false } = {}) {
    try {
      await ask("DELETE", `/providers/${providerId}/time-off/${id}`);
      await this.store.loadSchedule(providerId);
      if (!quiet) this.toasts.say(t("done.unblocked"));
    } catch (problem) {
      this.explain(problem);
    }
  }

  // --- Verdicts -----------------------------------------------------------------------------------------------------

  /**
   * Say why something was not done, and what could be done instead.
   * @param {unknown} problem
   * @param {(place: Place) => unknown} [again]
   * @param {Place} [tried]
   */
  explain(problem, again, tried) {
    const actions = again && tried ? this.ways(problem, again, tried) : [];
    this.toasts.say(reasonOf(problem), { actions, bad: true });
  }

  /**
   * What could be done instead: the nearest free slots, or to set the shop's own rules aside.
   * @param {unknown} problem
   * @param {(place: Place) => unknown} again
   * @param {Place} tried
   */
  ways(problem, again, tried) {
    if (problem instanceof Unreachable) return [{ text: t("error.again"), act: () => again(tried) }];
    if (!(problem instanceof Refused)) return [];
    const ways = (problem.data.suggestedSlots ?? []).map((slot) => {
      const wall = wallOf(slot.start);
      const text = dateOf(wall) === dateOf(tried.wall) ? timeOf(wall) : `${shortDay(wall)} ${timeOf(wall)}`;
      return { text, act: () => again({ wall, providerId: slot.providerId }) };
    });
    if (OUR_RULES.has(problem.code) && !tried.override) {
      ways.push({ text: t("anyway"), act: () => again({ ...tried, override: true }) });
    }
    return ways;
  }

  /**
   * Ask for a place in a calendar; set aside what only customers have to keep to, within the hours that are open.
   * @param {(place: {start: string, override?: boolean}) => Promise<any>} ask
   * @param {Place} place
   * @param {number} minutes
   */
  async place(ask, { wall, providerId, override }, minutes) {
    const start = this.instant(wall, providerId);
    try {
      return await ask(override ? { start, override } : { start });
    } catch (problem) {
      const may = problem instanceof Refused && FOR_CUSTOMERS.has(problem.code) && !override;
      if (!may || !(await this.isOpen(providerId, wall, minutes))) throw problem;
      return ask({ start, override: true });
    }
  }

  /** @param {string} providerId @param {string} wall @param {number} minutes */
  async isOpen(providerId, wall, minutes) {
    const date = dateOf(wall);
    await this.store.loadHours(providerId, { from: date, to: date });
    const end = later(wall, minutes);
    const until = dateOf(end) > date ? "24:00" : timeOf(end);
    return this.store.openHours(providerId, date).some(([opens, closes]) => opens <= timeOf(wall) && until <= closes);
  }

  /** @param {string} wall @param {string} providerId */
  instant(wall, providerId) {
    return new Date(instantOf(wall, this.store.zone(providerId))).toISOString();
  }
}

/** @param {unknown} problem @returns {string} */
export function reasonOf(problem) {
  if (problem instanceof Unreachable) return t("error.offline");
  if (!(problem instanceof Refused)) {
    console.error(problem);
    return t("error.unknown");
  }
  if (problem.code === "invalid") {
    const wrong = problem.data.fields?.[0]?.path ?? "";
    return t(wrong.endsWith("phone") ? "error.phone" : "error.invalid");
  }
  return has(`code.${problem.code}`) ? t(`code.${problem.code}`) : t("error.unknown");
}
