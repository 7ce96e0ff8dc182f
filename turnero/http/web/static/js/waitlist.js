// Who waits for time to come free, and what is offered to them.

import { all, ask, post } from "./api.js";
import { reasonOf } from "./actions.js";
import { openSheet } from "./dialog.js";
import { button, byId, el } from "./dom.js";
import { phone as written, shortDay } from "./format.js";
import { t } from "./texts.js";
import { timeOf, wallOf } from "./zone.js";

export class Waitlist {
  /** @param {import("./store.js").Store} store @param {import("./toasts.js").Toasts} toasts */
  constructor(store, toasts) {
    this.store = store;
    this.toasts = toasts;
    /** @type {any[]} */
    this.entries = [];
    /** @type {ReturnType<typeof openSheet> | null} */
    this.sheet = null;
  }

  async refresh() {
    const whose = this.store.whose();
    const [waiting, offered] = await Promise.all(
      ["waiting", "offered"].map((status) => all("/waitlist", { ...whose, status })),
    );
    this.entries = [...offered, ...waiting];
    await this.store.meet(this.entries.map((entry) => entry.customerId));
    const count = byId("waiting");
    count.textContent = String(this.entries.length);
    count.hidden = this.entries.length === 0;
    this.sheet?.fill(...this.content());
  }

  open() {
    this.sheet = openSheet(t("waitlist.title"), this.content(), { closed: () => (this.sheet = null) });
    this.refresh().catch((problem) => this.toasts.say(reasonOf(problem), { bad: true }));
  }

  content() {
    if (!this.entries.length) return [el("p", { class: "soft", text: t("waitlist.nobody") })];
    return [el("ul", { class: "cards" }, ...this.entries.map((entry) => this.card(entry)))];
  }

  /** @param {any} entry */
  card(entry) {
    const { store } = this;
    const customer = store.customers.get(entry.customerId);
    const days = entry.from === entry.to ? shortDay(entry.from) : `${shortDay(entry.from)} – ${shortDay(entry.to)}`;
    const wish = [
      store.services.get(entry.serviceId)?.name,
      entry.providerId ? store.provider(entry.providerId)?.name : t("waitlist.anybody"),
      days,
      entry.partOfDay && t(`part.${entry.partOfDay}`),
    ];
    const offer = entry.offer && {
      day: shortDay(wallOf(entry.offer.start)),
      time: timeOf(wallOf(entry.offer.start)),
      until: timeOf(wallOf(entry.offer.until)),
    };
    return el(
      "li",
      {},
      el("h3", { text: customer?.name ?? "…" }),
      el("p", { class: "soft", text: wish.filter(Boolean).join(" · ") }),
      customer?.phone && el("a", { href: `tel:${customer.phone}`, text: written(customer.phone) }),
      offer && el("p", { class: "chip is-pending", text: t("waitlist.offered", offer) }),
      el(
        "div",
        { class: "choices" },
        offer &&
          button(t("waitlist.accept"), () => this.act(() => post(`/waitlist/${entry.id}/accept`)), {
            class: "primary",
          }),
        offer && button(t("waitlist.decline"), () => this.act(() => post(`/waitlist/${entry.id}/decline`))),
        button(t("waitlist.remove"), () => this.act(() => ask("DELETE", `/waitlist/${entry.id}`)), { class: "danger" }),
      ),
    );
  }

  /** @param {() => Promise<any>} act */
  async act(act) {
    try {
      const answer = await act();
      if (answer?.start) await this.store.put(answer);
    } catch (problem) {
      this.sheet?.close();
      this.toasts.say(reasonOf(problem), { bad: true });
    }
    // If this fails, the list is read again when the connection is back.
    await this.refresh().catch(() => {});
  }
}
