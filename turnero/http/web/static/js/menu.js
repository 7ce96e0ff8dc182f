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
    account(store, toasts, () => sheet.close()),
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

/** @param {import("./store.js").Store} store @param {import("./toasts.js").Toasts} toasts @param {() => void} done */
function account(store, toasts, done) {
  const mine = store.me.role === "provider" ? `/providers/${store.me.subject}` : `/businesses/${store.business.id}`;
  const email = /** @type {HTMLInputElement} */ (
    el("input", { type: "email", autocomplete: "email", maxlength: "254" })
  );
  const phone = /** @type {HTMLInputElement} */ (el("input", { type: "tel", autocomplete: "tel", maxlength: "40" }));
  const secret = { type: "password", autocomplete: "new-password", minlength: "10", maxlength: "200" };
  const password = /** @type {HTMLInputElement} */ (el("input", secret));
  const error = el("p", { class: "error", role: "alert", hidden: true });
  const form = el(
    "form",
    {},
    field(t("menu.email"), email),
    field(t("customer.phone"), phone),
    field(t("menu.password"), password),
    error,
    el("button", { text: t("do.save") }),
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const given = { email: email.value.trim(), phone: phone.value.trim(), password: password.value };
    try {
      await ask("PUT", `${mine}/account`, Object.fromEntries(Object.entries(given).filter(([, value]) => value)));
      if (password.value) location.replace(DOOR);
      done();
      toasts.say(t("done.saved"));
    } catch (problem) {
      error.textContent = reasonOf(problem);
      error.hidden = false;
    }
  });
  // Without an account there is nothing to show, and one begins when the form is sent.
  get(`${mine}/account`)
    .then((known) => {
      email.value = known.email ?? "";
      phone.value = known.phone ?? "";
    })
    .catch(() => {});
  const help = el("p", { class: "soft", text: t("menu.accountHelp") });
  return el("details", {}, el("summary", { text: t("menu.account") }), help, form);
}

async function signOut() {
  await ask("POST", "/calendar/sign-out");
  location.replace(DOOR);
}
