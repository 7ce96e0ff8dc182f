// Sheets: dialogs that come in from the side, or from below on a phone. One at a time.

import { button, el, present } from "./dom.js";
import { t } from "./texts.js";

/** @type {HTMLDialogElement | null} */
let open = null;

/**
 * @param {string} title
 * @param {(Node | null | false)[]} content
 * @param {{closed?: () => void, kind?: string}} [more]
 * @returns {{close: () => void, node: HTMLDialogElement, fill: (...content: (Node | null | false)[]) => void}}
 */
export function openSheet(title, content, { closed = () => {}, kind = "" } = {}) {
  open?.close();
  const heading = el("h2", { id: "sheet-title", text: title, tabindex: "-1" });
  const body = el("div", { class: "sheet-body" });
  const node = /** @type {HTMLDialogElement} */ (
    el(
      "dialog",
      { class: `sheet ${kind}`, "aria-labelledby": "sheet-title" },
      el(
        "header",
        {},
        heading,
        button("×", () => node.close(), { class: "icon plain", "aria-label": t("page.close") }),
      ),
      body,
    )
  );
  const fill = (/** @type {(Node | null | false)[]} */ ...parts) => body.replaceChildren(...present(parts));
  fill(...content);
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  node.addEventListener("close", () => {
    if (open === node) open = null;
    node.remove();
    if (before?.isConnected) before.focus();
    closed();
  });
  // A click beside the sheet is on the dialog itself, whose content covers all of it.
  node.addEventListener("click", (event) => event.target === node && node.close());
  document.body.append(node);
  node.showModal();
  heading.focus();
  open = node;
  return { close: () => node.close(), node, fill };
}
