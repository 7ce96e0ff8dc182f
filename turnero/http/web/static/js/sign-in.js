// The door: uses the link that the page was opened with, asks for one, or signs in with a password.

import { chooseTexts, fillIn, t } from "./texts.js";

const HERE = "/calendar";

/** @param {string} id */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const asking = /** @type {HTMLFormElement} */ (element("asking"));
const entering = /** @type {HTMLFormElement} */ (element("entering"));
const account = /** @type {HTMLInputElement} */ (element("account"));
const password = /** @type {HTMLInputElement} */ (element("password"));

let withPassword = false;

/**
 * @param {string} path
 * @param {object} body
 * @returns {Promise<Response>}
 */
function post(path, body) {
  return fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** @param {"said" | "error"} where @param {string} text */
function say(where, text) {
  for (const id of ["said", "error"]) {
    element(id).hidden = id !== where;
  }
  element(where).textContent = text;
}

/** @param {Response} response */
async function whyNot(response) {
  if (response.status === 429) return t("signIn.tooMany");
  if (response.status === 401) return t(withPassword ? "signIn.wrong" : "signIn.usedLink");
  return t("error.unknown");
}

/** @param {string} secret */
async function enter(secret) {
  const button = entering.querySelector("button");
  button.disabled = true;
  try {
    const response = await post(`${HERE}/enter`, { secret });
    if (response.ok) {
      location.replace(HERE);
      return;
    }
    say("error", await whyNot(response));
    ask();
  } catch {
    say("error", t("error.offline"));
    button.disabled = false;
  }
}

function ask() {
  entering.hidden = true;
  asking.hidden = false;
  account.focus();
}

function choose(/** @type {boolean} */ usePassword) {
  withPassword = usePassword;
  element("password-row").hidden = !usePassword;
  password.required = usePassword;
  element("submit").textContent = t(usePassword ? "signIn.enter" : "signIn.sendLink");
  element("other-way").textContent = t(usePassword ? "signIn.useLink" : "signIn.usePassword");
  element("error").hidden = true;
  element("said").hidden = true;
  (usePassword && account.value ? password : account).focus();
}

async function submit() {
  if (!asking.checkValidity()) {
    say("error", t("signIn.missing"));
    return;
  }
  const button = /** @type {HTMLButtonElement} */ (element("submit"));
  button.disabled = true;
  try {
    const said = { account: account.value.trim() };
    const response = withPassword
      ? await post(`${HERE}/sign-in`, { ...said, password: password.value })
      : await post(`${HERE}/sign-in/link`, said);
    if (!response.ok) {
      say("error", await whyNot(response));
    } else if (withPassword) {
      location.replace(HERE);
    } else {
      say("said", t("signIn.sent"));
    }
  } catch {
    say("error", t("error.offline"));
  } finally {
    button.disabled = false;
  }
}

await chooseTexts();
fillIn(document.body);
document.title = `${t("signIn.title")} · Turnero`;
asking.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
element("other-way").addEventListener("click", () => choose(!withPassword));

const secret = location.hash.slice(1);
if (location.pathname === `${HERE}/enter` && secret) {
  // Out of the address bar and the history; it is of no use to anybody else who sits down here.
  history.replaceState(null, "", location.pathname);
  element("lead").textContent = t("signIn.entering");
  entering.hidden = false;
  entering.addEventListener("submit", (event) => {
    event.preventDefault();
    enter(secret);
  });
  await enter(secret);
} else {
  ask();
}
