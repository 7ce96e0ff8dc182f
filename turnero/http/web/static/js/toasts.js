// What the page says in passing, with what can be done about it.

import { button, el } from "./dom.js";
import { t } from "./texts.js";

// Long enough to read and to reach (WCAG 2.2.1: what can be done here can be done elsewhere, too).
const STAYS_MS = 8_000;
const WITH_ACTIONS_MS = 20_000;

export class Toasts {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
  }

  /**
   * @param {string} text
   * @param {{actions?: {text: string, act: () => unknown}[], bad?: boolean, stays?: number, gone?: () => void}} [more]
   *   `gone` is called once when it leaves without an action having been chosen.
   * @returns {() => void} Takes it away.
   */
  say(text, { actions = [], bad = false, stays, gone = () => {} } = {}) {
    let over = false;
    const leave = (/** @type {boolean} */ chosen) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      node.remove();
      if (!chosen) gone();
    };
    const choices = actions.map(({ text: label, act }) =>
      button(label, () => {
        leave(true);
        act();
      }),
    );
    const node = el(
      "div",
      { class: bad ? "toast bad" : "toast" },
      el("p", { text }),
      el(
        "div",
        { class: "choices" },
        ...choices,
        button("×", () => leave(false), { class: "icon plain", "aria-label": t("page.close") }),
      ),
    );
    const wait = stays ?? (actions.length ? WITH_ACTIONS_MS : STAYS_MS);
    let timer = setTimeout(() => leave(false), wait);
    // Whoever is reading it, or about to press a button, has all the time they need.
    node.addEventListener("pointerenter", () => clearTimeout(timer));
    node.addEventListener("focusin", () => clearTimeout(timer));
    node.addEventListener("pointerleave", () => (timer = setTimeout(() => leave(false), wait)));
    node.addEventListener("focusout", () => (timer = setTimeout(() => leave(false), wait)));
    this.root.append(node);
    return () => leave(true);
  }
}
