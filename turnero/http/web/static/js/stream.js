// The stream of calendars (docs/STREAM.md): subscribe, hear every event once and in order, come back without a gap.

import { post } from "./api.js";

// A browser does not say when a connection has died quietly, so we ask, and do not wait for long.
const PING_EVERY_MS = 20_000;
const ANSWER_WITHIN_MS = 8_000;
// The first attempt to come back is made at once, for most breaks are short; then each waits longer, and never in step
// with all the others whose server went away at the same moment.
const BACKOFF_MS = [0, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * @typedef {"connecting" | "live" | "lost"} State
 * @typedef {{providerId: string, sequence: number, type: string, at: string, booking: any, data: any}} CalendarEvent
 */

export class Stream {
  /**
   * @param {Map<string, number>} sequences The calendars to follow, and the number up to which each is known.
   * @param {{onEvent: (event: CalendarEvent) => void, onStale: (providerId: string) => void,
   *   onState: (state: State) => void}} hear `onStale`: too much was missed, read the calendar again.
   */
  constructor(sequences, hear) {
    this.sequences = sequences;
    this.hear = hear;
    this.attempts = 0;
    this.ids = 0;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {Map<string, CalendarEvent[]>} Pushes of calendars that are still being caught up with. */
    this.held = new Map();
    /** @type {Map<string, (data: any) => void>} */
    this.waiting = new Map();
    addEventListener("online", () => this.hurry());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.hurry());
  }

  start() {
    this.hear.onState("connecting");
    this.connect();
  }

  /** Come back now, or find out now whether we are still there. */
  hurry() {
    if (this.socket) this.ping();
    else this.connect();
  }

  async connect() {
    clearTimeout(this.retry);
    if (this.opening || this.socket) return;
    this.opening = true;
    try {
      const { ticket } = await post("/stream/tickets");
      const address = new URL(`/api/v1/stream?ticket=${encodeURIComponent(ticket)}`, location.href);
      address.protocol = address.protocol.replace("http", "ws");
      this.listen(new WebSocket(address));
    } catch {
      this.comeBack();
    } finally {
      this.opening = false;
    }
  }

  /** @param {WebSocket} socket */
  listen(socket) {
    this.socket = socket;
    this.waiting.clear();
    this.held = new Map([...this.sequences.keys()].map((providerId) => [providerId, []]));
    socket.addEventListener("open", () => this.catchUp(socket));
    socket.addEventListener("message", ({ data }) => this.received(JSON.parse(data)));
    socket.addEventListener("close", () => {
      if (this.socket !== socket) return;
      this.socket = null;
      clearInterval(this.pings);
      this.comeBack();
    });
  }

  comeBack() {
    this.hear.onState("lost");
    const wait = BACKOFF_MS[Math.min(this.attempts++, BACKOFF_MS.length - 1)];
    clearTimeout(this.retry);
    this.retry = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }

  /** @param {WebSocket} socket */
  async catchUp(socket) {
    this.pings = setInterval(() => this.ping(), PING_EVERY_MS);
    await Promise.all([...this.sequences.keys()].map((providerId) => this.follow(providerId)));
    if (this.socket !== socket) return;
    this.attempts = 0;
    this.hear.onState("live");
  }

  /** Subscribe first, then sync: what happens in between comes as a push, perhaps twice, and never not at all. */
  async follow(/** @type {string} */ providerId) {
    const subscribed = await this.say("calendar:subscribe", { providerId });
    const known = this.sequences.get(providerId);
    if (subscribed.sequence > known) await this.sync(providerId);
    this.release(providerId);
  }

  async sync(/** @type {string} */ providerId) {
    const answer = await this.say("reconnect:request-sync", {
      providerId,
      sinceSequence: this.sequences.get(providerId),
    });
    for (const event of answer.events) this.take(event);
    this.sequences.set(providerId, Math.max(answer.sequence, this.sequences.get(providerId)));
    if (!answer.complete) this.hear.onStale(providerId);
  }

  /** @param {string} providerId */
  release(providerId) {
    const held = this.held.get(providerId) ?? [];
    this.held.delete(providerId);
    for (const event of held) this.pushed(event);
  }

  /** @param {{event: string, id?: string, data: any}} frame */
  received(frame) {
    const waiting = frame.id && this.waiting.get(frame.id);
    if (waiting) {
      this.waiting.delete(frame.id);
      if (frame.event === "error") this.socket?.close();
      else waiting(frame.data);
    } else if (frame.event === "calendar:updated") {
      this.pushed(frame.data);
    }
  }

  /** @param {CalendarEvent} event */
  pushed(event) {
    const held = this.held.get(event.providerId);
    if (held) {
      held.push(event);
    } else if (event.sequence <= this.sequences.get(event.providerId) + 1) {
      this.take(event);
    } else {
      // A gap should never be; if there is one, what is missing is fetched before anything else is believed.
      this.held.set(event.providerId, [event]);
      this.sync(event.providerId).then(() => this.release(event.providerId));
    }
  }

  /** @param {CalendarEvent} event */
  take(event) {
    if (event.sequence <= this.sequences.get(event.providerId)) return;
    this.sequences.set(event.providerId, event.sequence);
    this.hear.onEvent(event);
  }

  /**
   * Send a frame.
   * @param {string} event
   * @param {object} [data]
   * @returns {Promise<any>} The data of its answer; if the connection ends first, nothing ever.
   */
  say(event, data = {}) {
    return new Promise((resolve) => {
      const id = String(++this.ids);
      this.waiting.set(id, resolve);
      if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify({ id, event, data }));
    });
  }

  ping() {
    const { socket } = this;
    const giveUp = setTimeout(() => {
      if (this.socket !== socket) return;
      // Closing waits for the other side, which is not there: go on without it.
      this.socket = null;
      clearInterval(this.pings);
      socket?.close();
      this.comeBack();
    }, ANSWER_WITHIN_MS);
    this.say("ping").then(() => clearTimeout(giveUp));
  }
}
