// What is above the calendar: which days, whose, what they have brought in today, and whether we are connected.

import { get } from "./api.js";
import { byId, button } from "./dom.js";
import { longDay, money, monthOf, shortDay } from "./format.js";
import { t } from "./texts.js";
import { dateOf, later, timeOf } from "./zone.js";

const PHONE = matchMedia("(max-width: 700px)");
const KEPT = "turnero.view";

export class Toolbar {
  /** @param {import("./store.js").Store} store @param {import("./grid.js").Grid} grid */
  constructor(store, grid) {
    this.store = store;
    this.grid = grid;
    /** @type {string} When we were last connected, on the shop's clock. */
    this.asOf = timeOf(store.wallNow());
    byId("previous").addEventListener("click", () => grid.step(-1));
    byId("next").addEventListener("click", () => grid.step(1));
    byId("today").addEventListener("click", () => grid.show({ date: dateOf(store.wallNow()) }));
    PHONE.addEventListener("change", () => this.fit());
    this.grid.onShow = () => this.show();
    const kept = localStorage.getItem(KEPT);
    if (kept === "week" || kept === "list") grid.view = kept;
    this.fit();
  }

  /** Show what fits: on a phone one person's day, or the list. */
  fit() {
    const { grid, store } = this;
    if (PHONE.matches && grid.view === "week") grid.view = "day";
    if (!grid.whose && (PHONE.matches || grid.view === "week")) grid.whose = store.providers[0]?.id ?? "";
    this.fitted = this.fitted ? grid.show() : Promise.resolve();
  }

  /** @param {"day" | "week" | "list"} view */
  choose(view) {
    localStorage.setItem(KEPT, view);
    const alone = view === "week" && !this.grid.whose;
    return this.grid.show({ view, ...(alone ? { whose: this.store.providers[0].id } : {}) });
  }

  show() {
    const { grid, store } = this;
    const { from, to } = grid.range();
    byId("title").textContent =
      from === to ? (PHONE.matches ? shortDay(from) : longDay(from)) : `${shortDay(from)} – ${shortDay(to)}`;
    byId("title").title = monthOf(from);
    const today = /** @type {HTMLButtonElement} */ (byId("today"));
    today.disabled = from <= dateOf(store.wallNow()) && dateOf(store.wallNow()) <= to;
    /** @type {import("./grid.js").View[]} */
    const views = PHONE.matches ? ["day", "list"] : ["day", "week", "list"];
    byId("views").replaceChildren(
      ...views.map((view) =>
        button(t(`view.${view}`), () => this.choose(view), { "aria-pressed": String(grid.view === view) }),
      ),
    );
    this.showPeople();
  }

  showPeople() {
    const { grid, store } = this;
    const people = byId("people");
    people.hidden = store.providers.length < 2;
    const together = grid.view !== "week" && !PHONE.matches;
    const choices = [
      ...(together ? [["", t("page.everybody")]] : []),
      ...store.providers.map(({ id, name }) => [id, name]),
    ];
    people.replaceChildren(
      ...choices.map(([id, name]) =>
        button(name, () => grid.show({ whose: id }), { class: "chip", "aria-pressed": String(grid.whose === id) }),
      ),
    );
  }

  /** Where a new appointment would most likely be: the next quarter of an hour of today, or the day on the page. */
  here() {
    const now = this.store.wallNow();
    const soon = later(`${now.slice(0, 13)}:00:00`, (Math.floor(Number(now.slice(14, 16)) / 15) + 1) * 15);
    const { from, to } = this.grid.range();
    const wall = from <= dateOf(soon) && dateOf(soon) <= to ? soon : `${this.grid.date}T10:00:00`;
    return { providerId: this.grid.whose || this.store.providers[0]?.id, wall };
  }

  async readTakings() {
    const { store } = this;
    const today = dateOf(store.wallNow());
    const days = await Promise.all(
      store.providers.map(({ id }) => get(`/bookings/advanced/analytics/${id}`, { from: today, to: today })),
    );
    /** @type {Map<string, number>} */
    const revenue = new Map();
    const totals = { booked: 0, pending: 0 };
    for (const day of days) {
      for (const { amount, currency } of day.revenue) revenue.set(currency, (revenue.get(currency) ?? 0) + amount);
      totals.booked += day.totals.created - day.totals.cancelled;
      totals.pending += day.totals.pending;
    }
    const taken = [...revenue].map(([currency, amount]) => money({ amount, currency })).join(" + ");
    byId("takings").textContent = [
      t("today.bookings", { count: totals.booked }),
      totals.pending && t("today.pending", { count: totals.pending }),
      taken ? t("today.taken", { money: taken }) : t("today.nothing"),
    ]
      .filter(Boolean)
      .join(" · ");
  }

  /** @param {import("./stream.js").State} state */
  connection(state) {
    const shown = byId("connection");
    if (state === "lost" && shown.dataset.state === "live") this.asOf = timeOf(this.store.wallNow());
    shown.dataset.state = state;
    byId("connection-text").textContent = t(`connection.${state}`);
    const offline = byId("offline");
    clearTimeout(this.warning);
    if (state !== "lost") {
      offline.hidden = true;
    } else if (offline.hidden) {
      // Most breaks are mended before anybody has read a warning.
      this.warning = setTimeout(() => {
        offline.textContent = t("connection.stale", { time: this.asOf });
        offline.hidden = false;
      }, 1500);
    }
  }
}
