// Building what is on the page. Text is always text: nothing here, or anywhere in these scripts, takes HTML.

/**
 * @param {string} tag
 * @param {Record<string, any>} [properties] Attributes; `on` is an object of listeners, `class`, `text` and `value`
 *   are what they say, and what is false, null or undefined is left out.
 * @param {...(Node | string | null | undefined | false)} children
 * @returns {HTMLElement}
 */
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    } else if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "value") /** @type {HTMLInputElement} */ (node).value = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...present(children));
  return node;
}

/**
 * What is there of some children: `condition && child` leaves false, null or undefined behind.
 * @param {(Node | string | null | undefined | false)[]} children
 * @returns {(Node | string)[]}
 */
export const present = (children) => children.filter((child) => child instanceof Node || typeof child === "string");

/** @param {string} id @returns {HTMLElement} */
export const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * @param {string} text
 * @param {() => unknown} act
 * @param {Record<string, any>} [properties]
 */
export const button = (text, act, properties = {}) =>
  el("button", { type: "button", text, on: { click: act }, ...properties });

let fields = 0;

/**
 * A control with its label.
 * @param {string} text
 * @param {HTMLElement} control
 */
export function field(text, control) {
  control.id ||= `field-${++fields}`;
  return el("div", { class: "field" }, el("label", { for: control.id, text }), control);
}

/**
 * @param {[value: string, text: string][]} options
 * @param {string} chosen
 * @param {Record<string, any>} [properties]
 */
export function select(options, chosen, properties = {}) {
  const choices = options.map(([value, text]) => el("option", { value, text }));
  const node = /** @type {HTMLSelectElement} */ (el("select", properties, ...choices));
  node.value = chosen;
  return node;
}
