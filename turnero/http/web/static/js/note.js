// The note of an appointment: read, written and changed in its sheet, which stays open meanwhile.

import { reasonOf } from "./actions.js";
import { button, el, field } from "./dom.js";
import { t } from "./texts.js";

/**
 * @param {any} booking
 * @param {import("./actions.js").Actions} actions
 */
export function noteOf(booking, actions) {
  let kept = booking.note ?? "";
  const body = el("div", { class: "noting" });
  // Says to those who hear the page that the server has it: the text itself was there at once.
  const said = el("p", { class: "soft", role: "status" });

  /** @param {string} text @returns {HTMLButtonElement} What changes it. */
  function show(text) {
    const change = /** @type {HTMLButtonElement} */ (button(t(text ? "note.change" : "note.add"), () => write(kept)));
    const note = [el("h3", { text: t("booking.note") }), el("p", { class: "note", text })];
    body.replaceChildren(...(text ? note : []), change);
    return change;
  }

  /** @param {string} draft @param {string} [reason] Why it was not taken. */
  function write(draft, reason) {
    said.textContent = "";
    const text = /** @type {HTMLTextAreaElement} */ (
      el("textarea", { maxlength: "2000", rows: "3", value: draft, "aria-describedby": reason ? "note-error" : null })
    );
    const submit = (/** @type {Event} */ event) => {
      event.preventDefault();
      save(text.value.trim());
    };
    const form = el(
      "form",
      { on: { submit } },
      field(t("booking.note"), text),
      reason && el("p", { class: "error", id: "note-error", role: "alert", text: reason }),
      el(
        "div",
        { class: "choices" },
        el("button", { class: "primary", text: t("do.save") }),
        button(t("note.leave"), () => show(kept).focus()),
      ),
    );
    body.replaceChildren(form);
    text.focus();
  }

  /** @param {string} text */
  async function save(text) {
    const change = show(text);
    // Until the server has had its say there is nothing to go on from.
    change.disabled = true;
    try {
      kept = (await actions.note(booking.id, text)).note;
      said.textContent = t("done.saved");
      change.disabled = false;
      if (document.activeElement === document.body) change.focus();
    } catch (problem) {
      // What somebody has written is theirs: it is there to be sent again, as long as the sheet is.
      if (body.isConnected) write(text, reasonOf(problem));
      else actions.explain(problem);
    }
  }

  show(kept);
  return el("section", {}, body, said);
}
