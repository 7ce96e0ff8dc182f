// A new appointment: what, when, with whom, for whom.

import { get } from "./api.js";
import { reasonOf } from "./actions.js";
import { openBlockForm } from "./block-form.js";
import { customerPicker } from "./customer-picker.js";
import { openSheet } from "./dialog.js";
import { button, el, field, select } from "./dom.js";
import { money } from "./format.js";
import { dateField, timeSelect } from "./places.js";
import { t } from "./texts.js";
import { dateOf, timeOf, wallOf } from "./zone.js";

// What fits on two lines of a phone.
const FREE_SHOWN = 12;

/**
 * @param {{providerId: string, wall: string}} place
 * @param {import("./store.js").Store} store
 * @param {import("./actions.js").Actions} actions
 */
export function openBookingForm(place, store, actions) {
  const provider = store.provider(place.providerId) ?? store.providers[0];
  const whose = select(
    store.providers.map(({ id, name }) => [id, name]),
    provider.id,
  );
  const what = select([], "");
  const { node: dateNode, input: date } = dateField(t("place.date"), dateOf(place.wall));
  const timeHolder = el("div");
  let time = timeSelect(timeOf(place.wall));
  const free = el("div", { class: "free", role: "group", "aria-label": t("place.free") });
  const picker = customerPicker(store);
  const note = /** @type {HTMLTextAreaElement} */ (el("textarea", { maxlength: "2000", rows: "2" }));
  const ways = el("div", { class: "choices" });
  const error = el("div", { class: "error", role: "alert", hidden: true });
  const submit = /** @type {HTMLButtonElement} */ (el("button", { class: "primary wide", text: t("do.book") }));

  function offerServices() {
    const chosen = what.value;
    const offered = store
      .provider(whose.value)
      .serviceIds.map((id) => store.services.get(id))
      .filter(Boolean);
    what.replaceChildren(
      ...offered.map((one) =>
        el("option", {
          value: one.id,
          text: [one.name, `${one.durationMinutes} min`, money(one.price)].filter(Boolean).join(" · "),
        }),
      ),
    );
    what.value = offered.some(({ id }) => id === chosen) ? chosen : (offered[0]?.id ?? "");
  }

  function setTime(/** @type {string} */ chosen) {
    time = timeSelect(chosen);
    timeHolder.replaceChildren(field(t("place.time"), time));
  }

  async function offerTimes() {
    free.replaceChildren();
    if (!what.value || !date.value) return;
    const query = { providerId: whose.value, serviceId: what.value, from: date.value, to: date.value };
    try {
      const { days } = await get("/slots", query);
      const slots = days.flatMap((day) => day.slots);
      // Those around the time that was pointed at.
      const near = Math.max(0, slots.findIndex((slot) => timeOf(wallOf(slot.start)) >= time.value) - 3);
      free.replaceChildren(
        ...slots.slice(near, near + FREE_SHOWN).map((slot) => {
          const at = timeOf(wallOf(slot.start));
          return button(at, () => setTime(at), { class: "chip" });
        }),
      );
      if (!slots.length) {
        free.append(el("p", { class: "soft", text: t("place.nothingFree") }), button(t("waitlist.join"), wait));
      }
    } catch {
      // What is free is only a help: booking says what is not.
    }
  }

  async function wait() {
    const customer = picker.chosen();
    if (!customer) return;
    try {
      await actions.wait({ serviceId: what.value, customer }, { providerId: whose.value, date: date.value });
      sheet.close();
    } catch (problem) {
      error.textContent = reasonOf(problem);
      error.hidden = false;
    }
  }

  async function book(/** @type {any} */ at) {
    const customer = picker.chosen();
    if (!customer) return;
    submit.disabled = true;
    error.hidden = true;
    ways.replaceChildren();
    try {
      const wish = { serviceId: what.value, customer, ...(note.value.trim() ? { note: note.value.trim() } : {}) };
      await actions.book(wish, at);
      sheet.close();
    } catch (problem) {
      error.textContent = reasonOf(problem);
      error.hidden = false;
      ways.replaceChildren(...actions.ways(problem, book, at).map(({ text, act }) => button(text, act)));
      ways.querySelector("button")?.focus();
    } finally {
      submit.disabled = false;
    }
  }

  const form = el(
    "form",
    {
      on: {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          book({ wall: `${date.value}T${time.value}:00`, providerId: whose.value });
        },
      },
    },
    picker.node,
    field(t("place.what"), what),
    store.providers.length > 1 && field(t("place.with"), whose),
    el("div", { class: "row" }, dateNode, timeHolder),
    free,
    field(t("booking.note"), note),
    error,
    ways,
    submit,
    button(
      t("away.instead"),
      () => openBlockForm({ providerId: whose.value, wall: `${date.value}T${time.value}:00` }, store, actions),
      {
        class: "plain wide",
      },
    ),
  );
  offerServices();
  setTime(timeOf(place.wall));
  offerTimes();
  whose.addEventListener("change", () => {
    offerServices();
    offerTimes();
  });
  what.addEventListener("change", offerTimes);
  date.addEventListener("change", offerTimes);
  const sheet = openSheet(t("booking.new"), [form]);
}
