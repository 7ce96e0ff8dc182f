// One appointment, or all who share a session: who, what, when, and everything that can be done about it.

import { get, post } from "./api.js";
import { reasonOf } from "./actions.js";
import { customerPicker } from "./customer-picker.js";
import { openSheet } from "./dialog.js";
import { button, el, field, select } from "./dom.js";
import { longDay, moment, money, phone as written, whatsapp } from "./format.js";
import { noteOf } from "./note.js";
import { dateField, timeSelect } from "./places.js";
import { LIVE } from "./store.js";
import { has, t } from "./texts.js";
import { dateOf, lengthOf, timeOf, wallOf } from "./zone.js";

/** What channels call themselves. */
const CHANNELS = { whatsapp: "WhatsApp", telegram: "Telegram", sms: "SMS", email: "E-mail", web: "Chat", push: "Push" };

/**
 * @param {string} id
 * @param {import("./store.js").Store} store
 * @param {import("./actions.js").Actions} actions
 * @param {import("./toasts.js").Toasts} toasts
 */
export async function openBooking(id, store, actions, toasts) {
  const known = store.booking(id);
  const sheet = openSheet(titleOf(known, store), [
    summary(known, store),
    el("p", { class: "soft", text: t("loading") }),
  ]);
  try {
    // Notes and reasons are never pushed: they are read when somebody wants to see them.
    const booking = await get(`/bookings/${id}`);
    store.accept(booking);
    await store.meet([booking.customerId]);
    if (booking.sessionId) await showSession(booking, sheet, { store, actions, toasts });
    else sheet.fill(...alone(store.booking(id), sheet, { store, actions }));
  } catch (problem) {
    sheet.fill(summary(known, store), el("p", { class: "error", role: "alert", text: reasonOf(problem) }));
  }
}

/** @param {any} booking @param {any} sheet @param {any} how */
function alone(booking, sheet, { store, actions }) {
  const customer = store.customers.get(booking.customerId);
  return [
    summary(booking, store),
    customer && contact(customer),
    noteOf(booking, actions),
    booking.cancelReason && el("p", { class: "note", text: t("booking.reason", { reason: booking.cancelReason }) }),
    doing(booking, sheet, { store, actions }),
    LIVE.has(booking.status) && moving(booking, sheet, { store, actions }),
    LIVE.has(booking.status) && !booking.sessionId && resizing(booking, sheet, actions),
    messages(booking),
    history(booking),
  ];
}

/** @param {any} booking @param {any} store */
function titleOf(booking, store) {
  if (booking.sessionId) return store.services.get(booking.serviceId)?.name ?? "";
  return store.customers.get(booking.customerId)?.name || t("booking.title");
}

/** @param {any} booking @param {any} store */
function summary(booking, store) {
  const service = store.services.get(booking.serviceId);
  const [start, end] = [wallOf(booking.start), wallOf(booking.end)];
  return el(
    "section",
    { class: "summary" },
    el("span", { class: `chip status is-${booking.status.toLowerCase()}`, text: t(`status.${booking.status}`) }),
    el(
      "p",
      { class: "when" },
      `${longDay(start)}, `,
      el("span", { class: "hours", text: `${timeOf(start)}–${timeOf(end)}` }),
    ),
    el("p", {
      text: [service?.name, store.providers.length > 1 && store.provider(booking.providerId)?.name]
        .filter(Boolean)
        .join(" · "),
    }),
    booking.price && el("p", { class: "price", text: money(booking.price) }),
  );
}

/** @param {any} customer */
function contact(customer) {
  if (!customer.phone && !customer.email) return null;
  return el(
    "section",
    { class: "contact" },
    customer.phone &&
      el(
        "a",
        { class: "button", href: `tel:${customer.phone}` },
        el("span", { "aria-hidden": "true", text: "☏ " }),
        written(customer.phone),
      ),
    customer.phone &&
      el("a", {
        class: "button",
        href: whatsapp(customer.phone),
        target: "_blank",
        rel: "noopener noreferrer",
        text: "WhatsApp",
      }),
    customer.email &&
      el("a", { class: "button", href: `mailto:${encodeURIComponent(customer.email)}`, text: customer.email }),
  );
}

/** @param {any} booking @param {any} sheet @param {any} how */
function doing(booking, sheet, { store, actions }) {
  if (!LIVE.has(booking.status)) return null;
  const begun = store.now() >= Date.parse(booking.start);
  const then = (/** @type {() => unknown} */ act) => () => {
    sheet.close();
    act();
  };
  return el(
    "section",
    { class: "choices" },
    booking.status === "PENDING" &&
      button(
        t("do.confirm"),
        then(() => actions.confirm(booking.id)),
        { class: "primary" },
      ),
    booking.status === "CONFIRMED" &&
      begun &&
      button(
        t("do.complete"),
        then(() => actions.end(booking.id, "COMPLETED")),
        { class: "primary" },
      ),
    booking.status === "CONFIRMED" &&
      begun &&
      button(
        t("do.noShow"),
        then(() => actions.end(booking.id, "NO_SHOW")),
      ),
    cancelling(booking, then, actions),
  );
}

/** @param {any} booking @param {(act: () => unknown) => () => void} then @param {any} actions */
function cancelling(booking, then, actions) {
  const reason = /** @type {HTMLInputElement} */ (
    el("input", { maxlength: "500", placeholder: t("cancel.placeholder") })
  );
  const sure = el(
    "div",
    { class: "sure", hidden: true },
    field(t("cancel.reason"), reason),
    button(
      t("do.cancel"),
      then(() => actions.end(booking.id, "CANCELLED", reason.value.trim() ? { reason: reason.value.trim() } : {})),
      { class: "danger" },
    ),
  );
  const ask = button(
    t("do.cancel"),
    () => {
      sure.hidden = false;
      ask.hidden = true;
      reason.focus();
    },
    { class: "danger" },
  );
  return el("div", { class: "cancelling" }, ask, sure);
}

/** Moving without dragging (WCAG 2.2, 2.5.7). @param {any} booking @param {any} sheet @param {any} how */
function moving(booking, sheet, { store, actions }) {
  const wall = wallOf(booking.start);
  const { node: dateNode, input: date } = dateField(t("place.date"), dateOf(wall));
  const time = timeSelect(timeOf(wall));
  const able = store.providers.filter((one) => one.serviceIds.includes(booking.serviceId));
  const whose = select(
    able.map(({ id, name }) => [id, name]),
    booking.providerId,
  );
  const form = el(
    "form",
    {
      class: "row",
      on: {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          sheet.close();
          actions.move(booking.id, { wall: `${date.value}T${time.value}:00`, providerId: whose.value });
        },
      },
    },
    dateNode,
    field(t("place.time"), time),
    able.length > 1 && field(t("place.with"), whose),
    el("button", { text: t("do.move") }),
  );
  return el("details", {}, el("summary", { text: t("do.move") }), form);
}

/** The same for how long it takes. @param {any} booking @param {any} sheet @param {any} actions */
function resizing(booking, sheet, actions) {
  const minutes = String(lengthOf(booking));
  const attributes = { type: "number", min: "5", max: "720", step: "5", value: minutes, required: true };
  const input = /** @type {HTMLInputElement} */ (el("input", attributes));
  const form = el(
    "form",
    {
      class: "row",
      on: {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          sheet.close();
          actions.resize(booking.id, Number(input.value));
        },
      },
    },
    field(t("place.minutes"), input),
    el("button", { text: t("do.save") }),
  );
  return el("details", {}, el("summary", { text: t("do.resize") }), form);
}

/** What was sent to the customer, and how far it has come. @param {any} booking */
function messages(booking) {
  return lazily(t("messages.title"), async () => {
    const { items } = await get(`/bookings/${booking.id}/messages`, { limit: "50" });
    const theirs = items.filter((message) => message.recipient === "customer");
    if (!theirs.length) return [el("li", { class: "soft", text: t("messages.none") })];
    return theirs.map((message) => {
      const kind = has(`message.${message.kind}`) ? t(`message.${message.kind}`) : message.kind;
      const sent = [t(`sent.${message.status}`), CHANNELS[message.channel], message.address];
      const when = moment(wallOf(message.sentAt ?? message.dueAt));
      return el(
        "li",
        {},
        el("span", { text: kind }),
        el("span", { class: `soft is-${message.status}`, text: [...sent, when].filter(Boolean).join(" · ") }),
      );
    });
  });
}

/** @param {any} booking */
function history(booking) {
  return lazily(t("history.title"), async () => {
    const { items } = await get(`/bookings/${booking.id}/history`, { limit: "50" });
    return items.map((event) =>
      el(
        "li",
        {},
        el("span", { text: has(`event.${event.type}`) ? t(`event.${event.type}`) : event.type }),
        el("span", { class: "soft", text: `${t(`role.${event.by.role}`)} · ${moment(wallOf(event.at))}` }),
      ),
    );
  });
}

/** @param {string} title @param {() => Promise<Node[]>} read What is read once somebody looks. */
function lazily(title, read) {
  const list = el("ul", { class: "lines" });
  const node = el("details", {}, el("summary", { text: title }), list);
  node.addEventListener(
    "toggle",
    async () => {
      try {
        list.replaceChildren(...(await read()));
      } catch (problem) {
        list.replaceChildren(el("li", { class: "error", text: reasonOf(problem) }));
      }
    },
    { once: true },
  );
  return node;
}

// --- Sessions -------------------------------------------------------------------------------------------------------

/** @param {any} booking @param {any} sheet @param {any} how */
async function showSession(booking, sheet, { store, actions, toasts }) {
  const session = await get(`/sessions/${booking.sessionId}`, { limit: "200" });
  await store.meet(session.participants.map((one) => one.customerId));
  const again = () => showSession(booking, sheet, { store, actions, toasts });
  const free = session.freePlaces ?? 0;
  sheet.fill(
    summary(booking, store),
    el("p", { text: t("group.places", { taken: (session.capacity ?? 0) - free, all: session.capacity ?? 0 }) }),
    el(
      "ul",
      { class: "people" },
      ...session.participants
        .filter((one) => one.status !== "CANCELLED")
        .map((one) => participant(one, sheet, { store, actions, toasts })),
    ),
    free > 0 && joining(booking, again, store),
  );
}

/** @param {any} one @param {any} sheet @param {any} how */
function participant(one, sheet, { store, actions, toasts }) {
  const customer = store.customers.get(one.customerId);
  const open = async () => {
    store.accept(one);
    const booking = await get(`/bookings/${one.id}`);
    sheet.fill(
      button(`‹ ${t("group.back")}`, () => openBooking(one.id, store, actions, toasts), { class: "plain" }),
      ...alone(booking, sheet, { store, actions }),
    );
  };
  return el(
    "li",
    {},
    button(customer?.name || "…", open, { class: "plain" }),
    el("span", { class: `chip status is-${one.status.toLowerCase()}`, text: t(`status.${one.status}`) }),
  );
}

/** @param {any} booking @param {() => Promise<void>} again @param {any} store */
function joining(booking, again, store) {
  const picker = customerPicker(store);
  const form = el("form", {}, picker.node, el("button", { class: "primary", text: t("group.add") }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const customer = picker.chosen();
    if (!customer) return;
    try {
      await store.put(await post(`/sessions/${booking.sessionId}/participants`, { customer }));
      await again();
    } catch (problem) {
      picker.complain(reasonOf(problem));
    }
  });
  return el("details", {}, el("summary", { text: t("group.add") }), form);
}
