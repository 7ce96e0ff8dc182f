// Time off: closing a stretch of a calendar, and opening it again.

import { Refused } from "./api.js";
import { reasonOf } from "./actions.js";
import { openSheet } from "./dialog.js";
import { button, el, field, select } from "./dom.js";
import { longDay } from "./format.js";
import { dateField, timeSelect } from "./places.js";
import { t } from "./texts.js";
import { addDays, dateOf, later, timeOf, wallOf } from "./zone.js";

/**
 * @param {{providerId: string, wall: string}} place
 * @param {import("./store.js").Store} store
 * @param {import("./actions.js").Actions} actions
 */
export function openBlockForm(place, store, actions) {
  const whose = select(
    store.providers.map(({ id, name }) => [id, name]),
    place.providerId || store.providers[0].id,
  );
  const { node: firstNode, input: first } = dateField(t("away.from"), dateOf(place.wall));
  const { node: lastNode, input: last } = dateField(t("away.until"), dateOf(place.wall));
  const from = timeSelect(timeOf(place.wall));
  const to = timeSelect(timeOf(later(place.wall, 60)), { until: true });
  const reason = /** @type {HTMLInputElement} */ (
    el("input", { maxlength: "200", placeholder: t("away.placeholder") })
  );
  const error = el("p", { class: "error", role: "alert", hidden: true });
  const anyway = button(t("away.anyway"), () => block(true), { class: "danger wide", hidden: true });

  async function block(/** @type {boolean} */ force) {
    const away = {
      start: `${first.value}T${from.value}:00`,
      end: to.value === "24:00" ? `${addDays(last.value, 1)}T00:00:00` : `${last.value}T${to.value}:00`,
      ...(reason.value.trim() ? { reason: reason.value.trim() } : {}),
      ...(force ? { force } : {}),
    };
    error.hidden = true;
    if (away.end <= away.start) {
      error.textContent = t("away.backwards");
      error.hidden = false;
      return;
    }
    try {
      await actions.block(whose.value, away);
      sheet.close();
    } catch (problem) {
      const inTheWay = problem instanceof Refused && problem.code === "bookings_in_the_way";
      error.textContent = inTheWay
        ? t("away.inTheWay", { count: problem.data.bookings?.length ?? 1 })
        : reasonOf(problem);
      error.hidden = false;
      anyway.hidden = !inTheWay;
    }
  }

  first.addEventListener("change", () => {
    if (last.value >= first.value) return;
    last.value = first.value;
    last.dispatchEvent(new Event("input"));
  });
  const form = el(
    "form",
    {
      on: {
        submit: (/** @type {Event} */ event) => {
          event.preventDefault();
          block(false);
        },
      },
    },
    store.providers.length > 1 && field(t("place.with"), whose),
    el("div", { class: "row" }, firstNode, field(t("away.fromTime"), from)),
    el("div", { class: "row" }, lastNode, field(t("away.untilTime"), to)),
    field(t("away.reason"), reason),
    error,
    el("button", { class: "primary wide", text: t("away.block") }),
    anyway,
  );
  const sheet = openSheet(t("away.new"), [form]);
}

/**
 * @param {string} providerId
 * @param {string} timeOffId
 * @param {import("./store.js").Store} store
 * @param {import("./actions.js").Actions} actions
 */
export function openTimeOff(providerId, timeOffId, store, actions) {
  const off = store.schedules.get(providerId)?.timeOff.find((one) => one.id === timeOffId);
  if (!off) return;
  const [start, end] = [wallOf(off.start), wallOf(off.end)];
  const sameDay = dateOf(start) === dateOf(end);
  const when = sameDay
    ? `${longDay(start)}, ${timeOf(start)}–${timeOf(end)}`
    : `${longDay(start)}, ${timeOf(start)} – ${longDay(end)}, ${timeOf(end)}`;
  const sheet = openSheet(off.reason || t("away.title"), [
    el("p", { class: "when", text: when }),
    el("p", { text: store.provider(providerId)?.name ?? "" }),
    button(
      t("away.remove"),
      () => {
        sheet.close();
        actions.unblock(providerId, timeOffId);
      },
      { class: "danger wide" },
    ),
  ]);
}
