// What is not about today: where one is signed in, the language, and leaving.

import { ask, get } from "./api.js";
import { reasonOf } from "./actions.js";
import { openSheet } from "./dialog.js";
import { button, el, field, select } from "./dom.js";
import { moment } from "./format.js";
import { changeLanguage, language, languages, t } from "./texts.js";

const DOOR = "/calendar/sign-in";

/**
 * @param {import("./store.js").Store} store
 * @param {import("./toasts.js").Toasts} toasts
 * @param {{block: () => void}} doing
 */
export function openMenu(store, toasts, { block }) {
  const choice = select(
    languages.map(({ code, name }) => [code, name]),
    language(),
    {
      on: {
        change: (/** @type {Event} */ event) => changeLanguage(/** @type {HTMLSelectElement} */ (event.target).value),
      },
    },
  );
  const devices = el("ul", { class: "lines" });
  const sheet = openSheet(t("menu.title"), [
    button(t("away.new"), block, { class: "wide" }),
    field(t("menu.language"), choice),
    password(store),
    el("section", {}, el("h3", { text: t("menu.devices") }), devices),
    button(t("menu.signOut"), signOut, { class: "danger wide" }),
  ]);

  async function list() {
    const { items } = await get("/sign-in/sessions");
    devices.replaceChildren(
      ...items.map((one) =>
        el(
          "li",
          {},
          el(
            "span",
            {},
            el("strong", { text: one.device || t("menu.device") }),
            one.current ? ` · ${t("menu.thisOne")}` : "",
          ),
          el("span", { class: "soft", text: moment(one.seenAt) }),
          !one.current && button(t("menu.end"), () => end(one.id), { class: "danger" }),
        ),
      ),
    );
  }

  async function end(/** @type {string} */ id) {
    try {
      await ask("DELETE", `/sign-in/sessions/${id}`);
    } catch (problem) {
      sheet.close();
      toasts.say(reasonOf(problem), { bad: true });
      return;
    }
    await list();
  }

  list().catch((problem) => toasts.say(reasonOf(problem), { bad: true }));
}

/** @param {import("./store.js").Store} store */
function password(store) {
  const wished = /** @type {HTMLInputElement} */ (
    el("input", { type: "password", autocomplete: "new-password", minlength: "10", maxlength: "200", required: true })
  );
  const email = /** @type {HTMLInputElement} */ (
    el("input", { type: "email", autocomplete: "email", maxlength: "254" })
  );
  const phone = /** @type {HTMLInputElement} */ (el("input", { type: "tel", autocomplete: "tel", maxlength: "40" }));
  const error = el("p", { class: "error", role: "alert", hidden: true });
  const form = el(
    "form",
    {},
    field(t("menu.email"), email),
    field(t("customer.phone"), phone),
    field(t("menu.password"), wished),
    error,
    el("button", { text: t("menu.setPassword") }),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const mine = store.me.role === "provider" ? `/providers/${store.me.subject}` : `/businesses/${store.business.id}`;
    const addresses = Object.fromEntries(
      [
        ["email", email.value.trim()],
        ["phone", phone.value.trim()],
      ].filter(([, value]) => value),
    );
    try {
      await ask("PUT", `${mine}/account`, { ...addresses, password: wished.value });
      location.replace(DOOR);
    } catch (problem) {
      error.textContent = reasonOf(problem);
      error.hidden = false;
    }
  });
  return el(
    "details",
    {},
    el("summary", { text: t("menu.account") }),
    el("p", { class: "soft", text: t("menu.accountHelp") }),
    form,
  );
}

async function signOut() {
  await ask("POST", "/calendar/sign-out");
  location.replace(DOOR);
}
