// Dates, money and phones as people read them, on a 24-hour clock.

import { locale } from "./texts.js";

/** @param {string} date @param {Intl.DateTimeFormatOptions} how */
function written(date, how) {
  // A date has no zone: read as UTC and written as UTC it stays the same everywhere.
  const text = new Intl.DateTimeFormat(locale, { timeZone: "UTC", ...how }).format(
    new Date(`${date.slice(0, 10)}T00:00:00Z`),
  );
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}

/** @param {string} date */
export const longDay = (date) => written(date, { weekday: "long", day: "numeric", month: "long" });

/** @param {string} date */
export const shortDay = (date) => written(date, { weekday: "short", day: "numeric", month: "short" });

/** @param {string} date */
export const monthOf = (date) => written(date, { month: "long", year: "numeric" });

/** @param {{amount: number, currency: string} | null} price */
export function money(price) {
  if (!price) return "";
  const digits = new Intl.NumberFormat("en", { style: "currency", currency: price.currency }).resolvedOptions()
    .maximumFractionDigits;
  const value = price.amount / 10 ** digits;
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency: price.currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: Number.isInteger(value) ? 0 : digits,
  }).format(value);
}

/** @param {string} phone E.164. @returns {string} As people in Argentina write it; others as they are. */
export function phone(phone) {
  const found = /^\+549?(11|\d{3})(\d{3,4})(\d{4})$/.exec(phone);
  return found ? `${found[1]} ${found[2]}-${found[3]}` : phone;
}

/**
 * WhatsApp knows Argentine mobiles with a 9 after the country's number, however they were written down.
 * @param {string} phone E.164.
 */
export const whatsapp = (phone) => `https://wa.me/${phone.slice(1).replace(/^54(?!9)/, "549")}`;

/**
 * For what happened: a short date and time.
 * @param {string} instant With an offset it is shown in the browser's own zone; a wall as what it says.
 * @returns {string}
 */
export const moment = (instant) =>
  new Intl.DateTimeFormat(locale, { dateStyle: "short", timeStyle: "short", hourCycle: "h23" }).format(
    new Date(instant),
  );
