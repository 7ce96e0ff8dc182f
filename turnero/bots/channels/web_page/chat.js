// The web chat's page: shows the conversation, sends what is said, and reconnects by itself.
//
// What is shown comes from the server's transcript alone, so every open page of a person shows the same. What was just
// said is shown at once as "pending", until the transcript has it.

import { languageOf, textsIn } from "./texts.js";

const RETRY_MS = [500, 1000, 2000, 5000, 10000];
const TYPING_MS_MAX = 8000;

const language = languageOf(navigator.languages ?? [navigator.language]);
const texts = textsIn(language);
const at = (id) => document.getElementById(id);
const lines = at("lines");
const said = at("said");

/** Messages that the transcript does not have yet, by the id under which they were sent, oldest first. */
const pending = new Map();
let tries = 0;
let welcomed = false;
let typing = null;

function start() {
  document.documentElement.lang = language === "es" ? "es-AR" : language;
  at("said-label").textContent = texts.label;
  said.placeholder = texts.placeholder;
  at("send-label").textContent = texts.send;
  lines.setAttribute("aria-label", texts.conversation);
  at("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    say(said.value);
  });
  said.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      say(said.value);
    }
  });
  said.addEventListener("input", grow);
  at("advance").addEventListener("click", advance);
  connect();
}

// --- The connection --------------------------------------------------------------------------------------------------

function connect() {
  status(tries === 0 ? texts.connecting : texts.offline, tries > 0);
  const address = new URL("/chat/stream", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address);
  let fresh = true;
  socket.addEventListener("message", (event) => {
    tries = 0;
    status(texts.online, false);
    const told = JSON.parse(event.data);
    if (fresh) {
      // The server tells the end of the conversation from its beginning: nothing is shown twice, and nothing is missed.
      lines.replaceChildren();
      fresh = false;
    }
    show(told);
  });
  socket.addEventListener("close", () => {
    status(texts.offline, true);
    setTimeout(connect, RETRY_MS[Math.min(tries, RETRY_MS.length - 1)] * (0.75 + Math.random() / 2));
    tries += 1;
  });
}

function status(text, trouble) {
  const state = at("state");
  if (state.textContent !== text) state.textContent = text;
  state.classList.toggle("trouble", trouble);
}

// --- What is said to us ----------------------------------------------------------------------------------------------

function show(told) {
  if (told.business) {
    at("business").textContent = told.business;
    document.title = told.business;
  }
  if (told.demo) {
    at("advance").hidden = false;
    at("advance").textContent = texts.advance;
  }
  const stays = nearTheEnd();
  for (const line of told.lines) {
    if (line.ours) {
      lines.append(ourLine(line));
      stopTyping();
    } else if (line.text) {
      settle(line.text);
      lines.append(theirLine(line.text));
    }
  }
  for (const waiting of pending.values()) lines.append(waiting.element);
  if (told.lines.length > 0) at("examples").hidden = spoken() > 0;
  if (stays) toTheEnd();
  if (!welcomed) {
    welcomed = true;
    if (told.lines.length === 0) send({ started: new URLSearchParams(location.search).get("start") ?? "" });
    if (spoken() === 0) offerExamples();
  }
}

function spoken() {
  return lines.querySelectorAll(".theirs").length;
}

function ourLine(line) {
  const bubble = element("div", "line ours");
  bubble.append(paragraphs(line.text), time(line.at));
  if (line.choices.length > 0) {
    const choices = element("div", line.choices.some((one) => one.detail) ? "choices list" : "choices");
    for (const choice of line.choices) choices.append(button(choice, choices));
    bubble.append(choices);
  }
  return bubble;
}

function button(choice, among) {
  const one = element("button", "choice");
  one.type = "button";
  one.append(choice.title);
  if (choice.detail) {
    const detail = element("small");
    detail.textContent = choice.detail;
    one.append(detail);
  }
  one.addEventListener("click", () => {
    for (const other of among.children) other.classList.toggle("chosen", other === one);
    among.classList.add("answered");
    send({ pressed: choice.token, title: choice.title });
  });
  return one;
}

function theirLine(text) {
  const bubble = element("div", "line theirs");
  bubble.append(paragraphs(text));
  return bubble;
}

function paragraphs(text) {
  const whole = element("p");
  // Text nodes only: whatever people are called or write stays text.
  whole.textContent = text;
  return whole;
}

function time(instant) {
  const shown = element("time");
  shown.dateTime = instant;
  shown.textContent = new Intl.DateTimeFormat(document.documentElement.lang, {
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).format(new Date(instant));
  return shown;
}

// --- What we say -----------------------------------------------------------------------------------------------------

function say(text) {
  if (!text.trim()) return;
  said.value = "";
  grow();
  send({ said: text });
}

async function send(what) {
  const id = crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const shown = what.said ?? what.title;
  if (shown) {
    const bubble = theirLine(shown);
    bubble.classList.add("pending");
    pending.set(id, { text: shown, element: bubble });
    lines.append(bubble);
    at("examples").hidden = true;
    toTheEnd();
  }
  await post(id, what);
}

async function post(id, what) {
  const waiting = pending.get(id);
  waiting?.element.classList.remove("failed");
  try {
    const answer = await fetch("/chat/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ id, ...what }),
    });
    if (answer.status === 429) throw new Error(texts.slower);
    if (!answer.ok) throw new Error(texts.failed);
    startTyping();
  } catch (error) {
    if (!waiting) return;
    waiting.element.classList.add("failed");
    waiting.element.dataset.why = error instanceof TypeError ? texts.failed : error.message;
    // The same id again: if it did arrive the first time, it is the same thing said once.
    waiting.element.addEventListener("click", () => post(id, what), { once: true });
  }
}

/** What the transcript shows is pending no more. */
function settle(text) {
  for (const [id, waiting] of pending) {
    if (waiting.text.trim() === text.trim() || text.startsWith(waiting.text.slice(0, 200))) {
      waiting.element.remove();
      pending.delete(id);
      return;
    }
  }
}

function startTyping() {
  stopTyping();
  const dots = element("div", "line ours typing");
  dots.setAttribute("role", "img");
  dots.setAttribute("aria-label", texts.typing);
  dots.append(element("i"), element("i"), element("i"));
  const timer = setTimeout(stopTyping, TYPING_MS_MAX);
  typing = { dots, timer };
  lines.append(dots);
  toTheEnd();
}

function stopTyping() {
  if (typing) {
    clearTimeout(typing.timer);
    typing.dots.remove();
    typing = null;
  }
}

// --- The rest --------------------------------------------------------------------------------------------------------

function offerExamples() {
  const examples = at("examples");
  examples.replaceChildren();
  for (const text of texts.examples) {
    const one = element("button", "example");
    one.type = "button";
    one.textContent = text;
    one.addEventListener("click", () => say(text));
    examples.append(one);
  }
  examples.hidden = false;
}

async function advance() {
  at("advance").disabled = true;
  try {
    await letADayPass();
  } finally {
    at("advance").disabled = false;
  }
}

async function letADayPass() {
  const answer = await fetch("/demo/clock", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ advance: "PT24H" }),
  });
  if (!answer.ok) return;
  const now = new Date((await answer.json()).now);
  const shown = new Intl.DateTimeFormat(document.documentElement.lang, {
    weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23",
  }).format(now);
  const note = element("p", "note");
  note.textContent = texts.advanced(shown);
  lines.append(note);
  toTheEnd();
}

function grow() {
  said.style.height = "auto";
  said.style.height = `${Math.min(said.scrollHeight, 140)}px`;
}

function nearTheEnd() {
  return lines.scrollHeight - lines.scrollTop - lines.clientHeight < 120;
}

function toTheEnd() {
  lines.scrollTop = lines.scrollHeight;
}

function element(tag, className = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  return made;
}

start();
