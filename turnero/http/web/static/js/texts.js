// What the page says, in the reader's language. Each language is a file of its own, and only one is loaded.

/** @type {Record<string, string>} */
let texts = {};

/** The language in use, as `Intl` and `lang` attributes take it. */
export let locale = "es-AR";

/** Languages that there are, and the locale in which each writes dates and money. */
const LANGUAGES = { es: "es-AR", en: "en-GB", pt: "pt-BR" };

const CHOSEN = "turnero.language";

/** Load the language that was chosen on this device, or else the first of the browser's that we have. */
export async function chooseTexts() {
  const wanted = [localStorage.getItem(CHOSEN), ...navigator.languages].filter(Boolean);
  const language = wanted.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in LANGUAGES) ?? "es";
  // Regions write dates in their own ways: keep the browser's where it is the same language.
  locale = navigator.languages.find((tag) => tag.toLowerCase().startsWith(`${language}-`)) ?? LANGUAGES[language];
  if (language === "en" && locale === "en-US") locale = "en-GB"; // a 24-hour clock, and the day before the month
  ({ texts } = await import(`./texts/${language}.js`));
  document.documentElement.lang = locale;
}

/** @param {string} language One of those that there are; the page is loaded again in it. */
export function changeLanguage(language) {
  localStorage.setItem(CHOSEN, language);
  location.reload();
}

/** The languages that there are, each in its own words. */
export const languages = [
  { code: "es", name: "Español" },
  { code: "en", name: "English" },
  { code: "pt", name: "Português" },
];

/** @returns {string} The code of the language in use. */
export const language = () => locale.slice(0, 2);

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values] What stands for `{name}` in the text; a number chooses between
 *   `key.one` and `key.other` if it is called `count`.
 * @returns {string} A text for `textContent`, never for HTML.
 */
export function t(key, values = {}) {
  const plural =
    values.count === undefined ? undefined : `${key}.${new Intl.PluralRules(locale).select(+values.count)}`;
  const text = (plural && (texts[plural] ?? texts[`${key}.other`])) ?? texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** @returns {boolean} Whether there is such a text. */
export const has = (/** @type {string} */ key) => key in texts;

/** Put the texts into everything below `root` that names one: `data-text`, or `data-label` for what is only heard. */
export function fillIn(/** @type {ParentNode} */ root) {
  for (const node of root.querySelectorAll("[data-text]")) {
    node.textContent = t(node.getAttribute("data-text"));
  }
  for (const node of root.querySelectorAll("[data-label]")) {
    node.setAttribute("aria-label", t(node.getAttribute("data-label")));
    node.setAttribute("title", t(node.getAttribute("data-label")));
  }
}
