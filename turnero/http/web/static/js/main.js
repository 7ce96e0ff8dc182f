// The calendar page: learns who is here, reads their calendars, shows them, and keeps them as they are.

import { all, get, whenSignedOut } from "./api.js";
import { Actions } from "./actions.js";
import { openBlockForm, openTimeOff } from "./block-form.js";
import { openBooking } from "./booking-sheet.js";
import { openBookingForm } from "./booking-form.js";
import { byId } from "./dom.js";
import { Grid } from "./grid.js";
import { openMenu } from "./menu.js";
import { Store } from "./store.js";
import { Stream } from "./stream.js";
import { chooseTexts, fillIn, t } from "./texts.js";
import { Toasts } from "./toasts.js";
import { Toolbar } from "./toolbar.js";
import { Waitlist } from "./waitlist.js";

// Figures and lists that follow from many events are asked for once the events have calmed down.
const CALM_MS = 400;
// How often the time is asked for: a tablet's clock is often wrong, and a demo's jumps.
const TIME_EVERY_MS = 5 * 60_000;

// Events that are not about one booking: hours are read again, and so are all bookings.
const ABOUT_HOURS = /TimeOff|Schedule|Terms/;
const ABOUT_MANY = /Series|Group/;

whenSignedOut(() => location.replace("/calendar/sign-in"));

/** @returns {Promise<Store>} */
async function read() {
  const me = await get("/me");
  const [business, services] = await Promise.all([
    get(`/businesses/${me.businessId}`),
    all("/services", { businessId: me.businessId }),
  ]);
  const providers =
    me.role === "provider"
      ? [await get(`/providers/${me.subject}`)]
      : await all("/providers", { businessId: me.businessId });
  return new Store({ me, business, providers, services });
}

/** @param {() => Promise<any>} act @returns {() => void} */
function calmly(act) {
  let timer;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(() => quietly(act()), CALM_MS);
  };
}

/** What cannot be had now is asked for again with the next event, or when the connection is back. */
const quietly = (/** @type {Promise<any>} */ asked) => asked.catch(() => {});

async function start() {
  await chooseTexts();
  fillIn(document);
  const store = await read();
  document.title = `${store.business.name} · Turnero`;
  byId("shop").textContent = store.business.name;
  byId("whose").textContent = store.me.role === "provider" ? store.providers[0].name : t("page.owner");

  const toasts = new Toasts(byId("toasts"));
  const actions = new Actions(store, toasts);
  const waitlist = new Waitlist(store, toasts);
  /** @param {string} id */
  const open = (id) => openBooking(id, store, actions, toasts);
  const grid = new Grid(byId("calendar"), store, {
    onBooking: open,
    onTimeOff: (providerId, timeOffId) => openTimeOff(providerId, timeOffId, store, actions),
    onEmpty: (providerId, wall) => openBookingForm({ providerId, wall }, store, actions),
    onMove: (id, wall, providerId) => actions.move(id, { wall, providerId }),
    onResize: (id, minutes) => actions.resize(id, minutes),
    onTrouble: (problem) => actions.explain(problem),
  });
  const toolbar = new Toolbar(store, grid);

  byId("new").addEventListener("click", () => openBookingForm(toolbar.here(), store, actions));
  byId("waitlist").addEventListener("click", () => waitlist.open());
  byId("menu").addEventListener("click", () =>
    openMenu(store, toasts, { block: () => openBlockForm(toolbar.here(), store, actions) }),
  );

  await Promise.all([grid.show(), ...store.providers.map(({ id }) => store.loadSchedule(id))]);
  document.body.dataset.ready = "true";
  follow(store, grid, toolbar, waitlist);
}

/** @param {Store} store @param {Grid} grid @param {Toolbar} toolbar @param {Waitlist} waitlist */
function follow(store, grid, toolbar, waitlist) {
  const refresh = calmly(() => Promise.all([toolbar.readTakings(), waitlist.refresh()]));
  const reread = calmly(() => store.load(store.range));
  const tellTime = async () => store.tellsTime((await get("/me")).now);
  const stream = new Stream(new Map(store.providers.map(({ id, sequence }) => [id, sequence])), {
    onEvent(event) {
      if (event.booking) {
        store.accept(event.booking);
        quietly(store.meet([event.booking.customerId]));
        store.changed();
      }
      if (ABOUT_HOURS.test(event.type)) quietly(store.loadSchedule(event.providerId));
      if (ABOUT_MANY.test(event.type)) reread();
      refresh();
    },
    onStale(providerId) {
      quietly(store.loadSchedule(providerId));
      reread();
    },
    onState(state) {
      toolbar.connection(state);
      if (state !== "live") return;
      quietly(tellTime());
      refresh();
    },
  });
  stream.start();
  store.addEventListener("waitlist", refresh);
  setInterval(() => {
    quietly(tellTime());
    // Nobody is told of those who only get in line.
    refresh();
  }, TIME_EVERY_MS);
  setInterval(() => grid.tick(), 20_000);
}

start().catch((problem) => {
  const where = byId("offline");
  where.hidden = false;
  where.textContent = t("error.start");
  throw problem;
});
