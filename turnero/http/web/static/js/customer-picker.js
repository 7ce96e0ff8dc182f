// Who it is for: somebody known, found by a part of the name or the phone, or somebody new.

import { get } from "./api.js";
import { button, el, field } from "./dom.js";
import { phone as written } from "./format.js";
import { t } from "./texts.js";

// Typing is quicker than asking.
const PAUSE_MS = 180;
const SHOWN = "5";

/**
 * @param {import("./store.js").Store} store
 * @returns {{node: HTMLElement, chosen: () => object | null, complain: (text: string) => void}} `chosen` is what the
 *   API takes for a customer, or null after having said what is missing.
 */
export function customerPicker(store) {
  /** @type {any} */
  let known = null;
  let asked = 0;
  let timer;

  const search = /** @type {HTMLInputElement} */ (
    el("input", { type: "search", autocomplete: "off", placeholder: t("customer.placeholder") })
  );
  const found = el("ul", { class: "found", "aria-label": t("customer.found") });
  const who = el("p", { class: "picked", hidden: true });
  const name = /** @type {HTMLInputElement} */ (el("input", { autocomplete: "off", maxlength: "200" }));
  const phone = /** @type {HTMLInputElement} */ (el("input", { type: "tel", autocomplete: "off", maxlength: "40" }));
  const fresh = el(
    "div",
    { class: "row", hidden: true },
    field(t("customer.name"), name),
    field(t("customer.phone"), phone),
  );
  const error = el("p", { class: "error", role: "alert", hidden: true });

  const complain = (/** @type {string} */ text) => {
    error.textContent = text;
    error.hidden = !text;
  };

  function pick(/** @type {any} */ customer) {
    known = customer;
    store.customers.set(customer.id, customer);
    who.replaceChildren(
      el("strong", { text: customer.name }),
      el("span", { class: "soft", text: ` ${customer.phone ? written(customer.phone) : ""} ` }),
      button(t("customer.other"), again, { class: "plain" }),
    );
    who.hidden = false;
    found.replaceChildren();
    searching.hidden = fresh.hidden = true;
    complain("");
  }

  function again() {
    known = null;
    who.hidden = fresh.hidden = true;
    searching.hidden = false;
    search.focus();
    look();
  }

  function makeNew() {
    const typed = search.value.trim();
    const isPhone = /^[\d\s()+./-]{6,}$/.test(typed);
    (isPhone ? phone : name).value = typed;
    fresh.hidden = false;
    found.replaceChildren();
    (isPhone ? name : phone).focus();
  }

  async function look() {
    const mine = ++asked;
    const query = { businessId: store.business.id, q: search.value.trim(), limit: SHOWN };
    // Without an answer somebody new can still be written down.
    const { items } = await get("/customers", query).catch(() => ({ items: [] }));
    if (mine !== asked || known) return;
    found.replaceChildren(
      ...items.map((customer) =>
        el(
          "li",
          {},
          el(
            "button",
            { type: "button", class: "plain", on: { click: () => pick(customer) } },
            el("strong", { text: customer.name }),
            el("span", { class: "soft", text: customer.phone ? written(customer.phone) : "" }),
          ),
        ),
      ),
      el("li", {}, button(`+ ${t("customer.new")}`, makeNew, { class: "plain new" })),
    );
  }

  const searching = field(t("customer.search"), search);
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  });
  look();

  return {
    node: el("fieldset", {}, el("legend", { text: t("customer.title") }), who, searching, found, fresh, error),
    chosen() {
      if (known) return { id: known.id };
      if (fresh.hidden || !name.value.trim() || !phone.value.trim()) {
        complain(t("customer.missing"));
        (fresh.hidden ? search : name.value.trim() ? phone : name).focus();
        return null;
      }
      return { name: name.value.trim(), phone: phone.value.trim() };
    },
    complain,
  };
}
