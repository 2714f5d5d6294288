// What the page knows of the sandbox, and what is chosen in it.

const KINDS_OF_FEEDS = ['event', 'delivery', 'account'];

export const store = {
  /** kind -> id -> {account, object, money}; the newest last. */
  kinds: new Map(),
  state: undefined,
  clockAt: 0,
  tab: 'objects',
  kind: '',
  account: '',
  open: undefined,
};

export function put({ account, kind, id, object, money }) {
  let objects = store.kinds.get(kind);
  if (!objects) {
    objects = new Map();
    store.kinds.set(kind, objects);
  }
  if (object === null) objects.delete(id);
  else objects.set(id, { account, object, money });
}

export function entries(kind) {
  const all = [...(store.kinds.get(kind)?.entries() ?? [])];
  return store.account === ''
    ? all
    : all.filter(([, { account }]) => (account ?? store.state?.keys.account) === store.account);
}

export const objectKinds = () =>
  [...store.kinds.keys()].filter((kind) => !KINDS_OF_FEEDS.includes(kind)).sort();

export function eventOf(delivery) {
  return store.kinds.get('event')?.get(delivery.event)?.object;
}

export function endpointOf(delivery) {
  return store.kinds.get('webhook_endpoint')?.get(delivery.endpoint)?.object;
}

/** What draws the page; live.js says how. */
let draw = () => {};

export function drawWith(how) {
  draw = how;
}

export function redraw() {
  draw();
}
