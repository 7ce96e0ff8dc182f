// The calendar itself: EventCalendar, fed with what the wall clock of the shop shows.
//
// EventCalendar knows the browser's zone and fixed offsets, but no named zones. It is told that everything is UTC and is
// given wall-clock times: so it shows the shop's clock in every browser, and on days on which that clock jumps. For
// the same reason the now line is ours (docs/adr/0012).

import { el } from "./dom.js";
import { money, shortDay } from "./format.js";
import { appointments, hoursOf, nowLine, shades, timeOff } from "./scene.js";
import { locale, t } from "./texts.js";
import { addDays, dateOf, later, lengthOf, wallOf, weekday } from "./zone.js";

// Dragging to a quarter of an hour is what a finger manages.
const SNAP_MINUTES = 15;
// Heights of half an hour: a short appointment still has a line of text in it, and is large enough to touch.
const SLOT_HEIGHT = 40;

const MARKS = { PENDING: "?", COMPLETED: "✓", NO_SHOW: "✗" };

const VIEWS = { day: "timeGridDay", people: "resourceTimeGridDay", week: "timeGridWeek", list: "listWeek" };

/** @typedef {"day" | "week" | "list"} View */

export class Grid {
  /**
   * @param {HTMLElement} root
   * @param {import("./store.js").Store} store
   * @param {{onBooking: (id: string) => void, onTimeOff: (providerId: string, timeOffId: string) => void,
   *   onEmpty: (providerId: string, wall: string) => void,
   *   onMove: (id: string, wall: string, providerId: string) => void,
   *   onResize: (id: string, minutes: number) => void, onTrouble: (problem: unknown) => void}} hear
   */
  constructor(root, store, hear) {
    this.store = store;
    this.hear = hear;
    /** @type {View} */
    this.view = "day";
    this.date = dateOf(store.wallNow());
    /** @type {string} A provider's id, or "" for all. */
    this.whose = store.providers.length === 1 ? store.providers[0].id : "";
    this.dragging = false;
    this.calendar = EventCalendar.create(root, this.options());
    this.root = root;
    // EventCalendar calls its grid a table with rows and cells, but keeps appointments beside them, where no table has
    // anything. Without those names it is a list of buttons, each of which says all that its place would.
    new MutationObserver(() => unname(root)).observe(root, { childList: true, subtree: true });
    unname(root);
    store.addEventListener("change", () => this.draw());
    /** @type {() => void} */
    this.onShow = () => {};
  }

  options() {
    const time = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
    return {
      view: VIEWS.day,
      date: this.date,
      timeZone: "UTC",
      locale,
      firstDay: 1,
      height: "100%",
      headerToolbar: { start: "", center: "", end: "" },
      allDaySlot: false,
      slotDuration: "00:30",
      snapDuration: { minutes: SNAP_MINUTES },
      slotHeight: SLOT_HEIGHT,
      slotLabelFormat: time,
      eventTimeFormat: time,
      dayHeaderFormat: { weekday: "short", day: "numeric" },
      editable: true,
      eventResize: ({ event, endDelta }) => this.resized(event.extendedProps, endDelta),
      eventResizeStart: () => (this.dragging = true),
      eventResizeStop: () => this.dropped(),
      eventLongPressDelay: 350,
      dragScroll: true,
      slotEventOverlap: false,
      noEventsContent: () => t("list.empty"),
      listDayFormat: (date) => shortDay(localDate(date)),
      listDaySideFormat: () => "",
      eventContent: (info) => ({ domNodes: this.content(info) }),
      eventClick: ({ event }) => this.clicked(event.extendedProps),
      dateClick: ({ dateStr, resource }) => this.hear.onEmpty(resource?.id ?? this.whose, dateStr.slice(0, 19)),
      eventDragStart: () => (this.dragging = true),
      eventDragStop: () => this.dropped(),
      eventDrop: (info) => this.moved(info),
    };
  }

  /** Providers whose columns are shown. */
  people() {
    return this.whose ? [this.store.provider(this.whose)] : this.store.providers;
  }

  /** @returns {{from: string, to: string}} The dates that are on the page. */
  range() {
    if (this.view === "day") return { from: this.date, to: this.date };
    const monday = addDays(this.date, -weekday(this.date));
    return { from: monday, to: addDays(monday, 6) };
  }

  /** @param {{view?: View, date?: string, whose?: string}} [change] */
  async show(change = {}) {
    Object.assign(this, change);
    const columns = this.view === "day" && this.people().length > 1;
    this.calendar.setOption("view", columns ? VIEWS.people : VIEWS[this.view]);
    this.calendar.setOption("date", this.date);
    this.calendar.setOption("highlightedDates", this.view === "week" ? [dateOf(this.store.wallNow())] : []);
    this.calendar.setOption("resources", columns ? this.people().map(({ id, name }) => ({ id, title: name })) : []);
    this.onShow();
    this.draw();
    try {
      await this.store.load(this.range());
    } catch (problem) {
      this.hear.onTrouble(problem);
    }
  }

  /** @param {-1 | 1} direction */
  step(direction) {
    return this.show({ date: addDays(this.date, direction * (this.view === "day" ? 1 : 7)) });
  }

  /** Time has passed: move the now line. */
  tick() {
    this.draw();
  }

  // --- Drawing ----------------------------------------------------------------------------------------------------

  draw() {
    if (this.dragging || this.drawing) return;
    // Many changes of one moment are drawn once.
    this.drawing = requestAnimationFrame(() => {
      this.drawing = 0;
      this.drawNow();
    });
  }

  drawNow() {
    const shown = [...this.store.shown()].filter((booking) => booking.status !== "CANCELLED" && this.includes(booking));
    const [from, until] = hoursOf(this.store, this.people(), this.range(), shown);
    this.calendar.setOption("slotMinTime", `${pad(from)}:00`);
    this.calendar.setOption("slotMaxTime", `${pad(until)}:00`);
    const focused = this.focused();
    const listed = this.view === "list";
    this.calendar.setOption("events", [
      ...(listed ? [] : shades(this.store, this.people(), this.range())),
      ...(listed ? [] : nowLine(this.store, this.people())),
      ...appointments(this.store, shown),
      ...timeOff(this.store, this.people()),
    ]);
    if (focused) requestAnimationFrame(() => this.focus(focused));
  }

  /** @param {any} booking */
  includes(booking) {
    return !this.whose || booking.providerId === this.whose;
  }

  /** What is written in an appointment. @param {any} info */
  content({ event, timeText }) {
    const { bookingId, members, timeOff: off, status } = event.extendedProps;
    const [time] = timeText.split(/[–-]/);
    if (off) return [line("time", time.trim()), line("name", off.reason || t("away.title")), line("what", timeText)];
    if (!bookingId) return [];
    const booking = this.store.booking(bookingId);
    if (!booking) return [];
    const service = this.store.services.get(booking.serviceId)?.name ?? "";
    const name =
      members > 1 ? t("group.people", { count: members }) : this.store.customers.get(booking.customerId)?.name;
    // Colour is never the only sign of what has become of it.
    const mark = MARKS[status];
    const spoken = el("span", { class: "visually-hidden", text: ` ${t(`status.${status}`)}` });
    if (this.view !== "list") {
      return [
        el(
          "span",
          { class: "name" },
          mark && el("span", { class: "mark", "aria-hidden": "true", text: mark }),
          name || "…",
        ),
        line("what", `${time.trim()} · ${service}`),
        status !== "CONFIRMED" && spoken,
        this.people().length > 1 &&
          el("span", { class: "visually-hidden", text: ` ${this.store.provider(booking.providerId)?.name}` }),
      ].filter(Boolean);
    }
    return [
      line("time", time.trim()),
      el(
        "span",
        { class: "main" },
        line("name", name || "…"),
        line("what", this.whose ? service : `${service} · ${this.store.provider(booking.providerId)?.name}`),
      ),
      el("span", { class: `chip status is-${status.toLowerCase()}`, text: t(`status.${status}`) }),
      line("price", money(booking.price)),
    ];
  }

  // --- What people do -----------------------------------------------------------------------------------------------

  /** @param {any} what */
  clicked(what) {
    if (what.timeOff) this.hear.onTimeOff(what.providerId, what.timeOff.id);
    else if (what.bookingId) this.hear.onBooking(what.bookingId);
  }

  /** @param {any} info */
  moved({ event, newResource, delta }) {
    const booking = this.store.booking(event.extendedProps.bookingId);
    const wall = later(wallOf(booking.start), delta.days * 1440 + delta.seconds / 60);
    this.dragging = false;
    this.hear.onMove(booking.id, wall, newResource?.id ?? booking.providerId);
  }

  /** @param {any} what @param {any} delta By how much it ends later, or earlier. */
  resized({ bookingId }, delta) {
    const booking = this.store.booking(bookingId);
    this.dragging = false;
    this.hear.onResize(bookingId, lengthOf(booking) + delta.days * 1440 + delta.seconds / 60);
  }

  dropped() {
    this.dragging = false;
    this.draw();
  }

  /** The appointment that has the focus, so that drawing anew does not take it away. */
  focused() {
    const node = document.activeElement;
    if (!node?.classList.contains("ec-event") || !this.root.contains(node)) return null;
    return node.textContent;
  }

  /** @param {string} text */
  focus(text) {
    if (document.activeElement !== document.body) return;
    const events = /** @type {HTMLElement[]} */ ([...this.root.querySelectorAll(".ec-event")]);
    events.find((node) => node.textContent === text)?.focus();
  }
}

/** @param {HTMLElement} root */
function unname(root) {
  for (const node of root.querySelectorAll(
    "[role=table], [role=rowgroup], [role=row], [role=cell], [role=columnheader]",
  )) {
    node.removeAttribute("role");
    node.removeAttribute("aria-colindex");
  }
}

/** @param {string} name @param {string} text */
const line = (name, text) => el("span", { class: name, text });

/** @param {number} hour */
const pad = (hour) => String(hour).padStart(2, "0");

/** The local date that EventCalendar means by a `Date`: the one that it has in the browser's zone. */
const localDate = (/** @type {Date} */ date) =>
  `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
