// The public API, as any program would use it; the browser's cookie says who is asking.

const BASE = "/api/v1";

// A request that nobody answered may have been carried out: it is sent again under the same key, and is done once.
const TRIES = 3;
const PAUSE_MS = 400;

/** What the API refused: `code` is stable, `data` helps to go on (RFC 9457). */
export class Refused extends Error {
  /** @param {number} status @param {any} problem */
  constructor(status, problem) {
    super(problem.detail ?? String(status));
    this.status = status;
    this.code = problem.code ?? "unknown";
    this.data = problem.data ?? {};
  }
}

/** Nobody answered. What was asked may have happened, or not. */
export class Unreachable extends Error {}

/** @type {() => void} What to do when nobody is signed in any more. */
let onSignedOut = () => {};

/** @param {() => void} act */
export function whenSignedOut(act) {
  onSignedOut = act;
}

/**
 * @param {"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} method
 * @param {string} path Below `/api/v1`, or from the root if it is elsewhere.
 * @param {object} [body]
 * @param {{keepalive?: boolean}} [how] `keepalive`: also when the page is being left.
 * @returns {Promise<any>} The answer, or null where there is none.
 */
export async function ask(method, path, body, { keepalive = false } = {}) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET") headers["Idempotency-Key"] = newKey();
  const request = { method, headers, keepalive, body: body === undefined ? undefined : JSON.stringify(body) };
  for (let attempt = 1; ; attempt++) {
    const answer = await once(path, request);
    if (answer && answer.status !== 503) return read(answer);
    if (attempt === TRIES) throw answer ? new Refused(503, {}) : new Unreachable(path);
    const wait = Number(answer?.headers.get("Retry-After") ?? 0) * 1000 || PAUSE_MS * 2 ** attempt;
    await new Promise((resume) => setTimeout(resume, Math.min(wait, 3000)));
  }
}

/** @param {string} path @param {Record<string, string | undefined>} [query] */
export function get(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  return ask("GET", given.length ? `${path}?${new URLSearchParams(given)}` : path);
}

/** @param {string} path @param {object} [body] */
export const post = (path, body = {}) => ask("POST", path, body);

/**
 * Every page of a list.
 * @param {string} path
 * @param {Record<string, string | undefined>} query
 * @returns {Promise<any[]>}
 */
export async function all(path, query) {
  const items = [];
  let cursor;
  do {
    const page = await get(path, { limit: "200", ...query, cursor });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return items;
}

/** @param {string} path @param {RequestInit} request */
async function once(path, request) {
  try {
    return await fetch(path.startsWith("/calendar") ? path : BASE + path, request);
  } catch {
    return null;
  }
}

/** @param {Response} answer */
async function read(answer) {
  if (answer.status === 401) {
    onSignedOut();
    // The page is being left: whoever waits for this has nothing to do any more.
    return new Promise(() => {});
  }
  const body = answer.headers.get("Content-Type")?.includes("json") ? await answer.json() : null;
  if (!answer.ok) throw new Refused(answer.status, body ?? {});
  return body;
}

/** `crypto.randomUUID` is for secure contexts only, and a shop's tablet may come over plain HTTP. */
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
