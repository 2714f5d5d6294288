// The live page: state from the stream, drawn anew when it changed, one frame at a time.

const element = (id) => document.getElementById(id);
const KINDS_OF_FEEDS = ['event', 'delivery', 'account'];
const MOST_ROWS = 200;

const store = {
  /** kind -> id -> {account, object, at}; the newest last. */
  kinds: new Map(),
  state: undefined,
  clockAt: 0,
  tab: 'objects',
  kind: '',
  account: '',
  open: undefined,
};

/** Makes an element. Text is always text: nothing that an application sent becomes HTML. */
function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') node.addEventListener('click', value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== ''));
  return node;
}

function toast(text) {
  const node = element('toast');
  node.textContent = text;
  node.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => {
    node.hidden = true;
  }, 6000);
}

/** Calls a verb of the control plane. */
async function control(method, verb, body = {}) {
  try {
    const response = await fetch(`/_sandbox/${verb}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(method === 'POST' && { body: JSON.stringify(body) }),
    });
    if (!response.ok) toast((await response.json()).error);
    return response.ok;
  } catch {
    toast('The sandbox does not answer.');
    return false;
  }
}

// What is known

function put({ account, kind, id, object }) {
  let objects = store.kinds.get(kind);
  if (!objects) {
    objects = new Map();
    store.kinds.set(kind, objects);
  }
  if (object === null) objects.delete(id);
  else objects.set(id, { account, object });
}

function entries(kind) {
  const all = [...(store.kinds.get(kind)?.entries() ?? [])];
  return store.account === ''
    ? all
    : all.filter(([, { account }]) => (account ?? store.state?.keys.account) === store.account);
}

const objectKinds = () => [...store.kinds.keys()].filter((kind) => !KINDS_OF_FEEDS.includes(kind)).sort();

function eventOf(delivery) {
  return store.kinds.get('event')?.get(delivery.event)?.object;
}

function endpointOf(delivery) {
  return store.kinds.get('webhook_endpoint')?.get(delivery.endpoint)?.object;
}

// Words

const time = (seconds) => (seconds ? new Date(seconds * 1000).toISOString().slice(11, 19) : '');
const words = (kind) => kind.replaceAll('_', ' ').replaceAll('.', ' ');

function money({ amount, amount_total: total, unit_amount: unit, currency }) {
  const value = amount ?? total ?? unit;
  if (typeof value !== 'number' || typeof currency !== 'string') return '';
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    return format.format(value / 10 ** format.resolvedOptions().maximumFractionDigits);
  } catch {
    return `${value} ${currency}`;
  }
}

function note(object) {
  const text = [object.name, object.email, object.description, object.type, object.url];
  return [money(object), ...text.filter((part) => typeof part === 'string')].filter(Boolean).join(' · ');
}

const GOOD = ['succeeded', 'available', 'paid', 'complete', 'enabled', 'won', 'active'];
const BAD = ['failed', 'canceled', 'lost', 'dropped', 'expired'];

function tag(text) {
  if (typeof text !== 'string' || text === '') return undefined;
  const tone = GOOD.includes(text)
    ? 'good'
    : BAD.includes(text)
      ? 'bad'
      : /^requires|pending|needs/.test(text)
        ? 'warn'
        : '';
  return make('span', { class: `tag ${tone}` }, words(text));
}

// Rows

function row({ key, at, title, under, end, detail }) {
  const show = () => {
    store.open = store.open?.key === key ? undefined : { key, ...detail };
    draw();
  };
  return make(
    'li',
    {
      class: store.open?.key === key ? 'open' : '',
      onclick: (event) => {
        if (!event.target.closest('.end button')) show();
      },
    },
    make('time', {}, at),
    make(
      'span',
      { class: 'what' },
      make('button', { type: 'button', class: 'id' }, title),
      make('span', { class: 'note' }, under),
    ),
    make('span', { class: 'end' }, ...end),
  );
}

function objectRows() {
  const kinds = store.kind === '' ? objectKinds() : [store.kind];
  const found = kinds.flatMap((kind) => entries(kind).map(([id, entry], i) => ({ kind, id, i, ...entry })));
  found.sort((a, b) => (b.object.created ?? 0) - (a.object.created ?? 0) || b.i - a.i);
  return found.slice(0, MOST_ROWS).map(({ kind, id, account, object }) =>
    row({
      key: `${kind} ${id}`,
      at: time(object.created),
      title: id,
      under: [words(kind), note(object)].filter(Boolean).join(' · '),
      end: [tag(object.deleted ? 'deleted' : object.status), account ? tag('connected') : undefined],
      detail: { kind, id },
    }),
  );
}

function eventRows() {
  return entries('event')
    .reverse()
    .slice(0, MOST_ROWS)
    .map(([id, { account, object }]) =>
      row({
        key: `event ${id}`,
        at: time(object.created),
        title: object.type,
        under: [
          object.data.object.id,
          object.pending_webhooks > 0 ? `${object.pending_webhooks} pending` : '',
        ]
          .filter(Boolean)
          .join(' · '),
        end: [account ? tag('connected') : undefined, resend(id)],
        detail: { kind: 'event', id },
      }),
    );
}

function resend(event) {
  return make('button', { type: 'button', onclick: () => control('POST', `resend/${event}`) }, 'Resend');
}

function deliveryRows() {
  return entries('delivery')
    .reverse()
    .slice(0, MOST_ROWS)
    .map(([id, { object }]) => {
      const held = store.state?.held.includes(id);
      const event = eventOf(object);
      const said = object.lastStatus ? `answered ${object.lastStatus}` : object.lastError;
      const next =
        object.status === 'pending' && object.attempts > 0 ? `again at ${time(object.due / 1000)}` : '';
      const tries = object.attempts === 1 ? '1 attempt' : `${object.attempts} attempts`;
      const now = () => control('POST', `deliver/${object.event}`);
      return row({
        key: `delivery ${id}`,
        at: time(event?.created),
        title: event?.type ?? object.event,
        under: [object.attempts ? tries : '', said, next, endpointOf(object)?.url ?? 'a deleted endpoint']
          .filter(Boolean)
          .join(' · '),
        end: [
          tag(held ? 'held' : object.status),
          object.status === 'pending'
            ? make('button', { type: 'button', onclick: now }, 'Deliver now')
            : resend(object.event),
        ],
        detail: { kind: 'delivery', id },
      });
    });
}

function requestRows() {
  const all = [...(store.state?.requests ?? [])].reverse();
  const own = store.state?.keys.account;
  return all
    .filter(({ account }) => store.account === '' || (account ?? own) === store.account)
    .map((request) =>
      row({
        key: `request ${request.id}`,
        at: request.method,
        title: request.path,
        under: [request.id, request.replayed ? 'replayed' : '', request.fault].filter(Boolean).join(' · '),
        end: [
          make(
            'span',
            { class: `tag ${request.status === null ? 'warn' : request.status < 400 ? 'good' : 'bad'}` },
            request.status === null ? 'no answer' : String(request.status),
          ),
        ],
        detail: { request },
      }),
    );
}

const ROWS = { objects: objectRows, events: eventRows, deliveries: deliveryRows, requests: requestRows };

const EMPTY = {
  objects: [
    'Nothing was made yet.',
    'Point the Stripe SDK at this address, with the secret key from this page, and create a customer or a payment.',
  ],
  events: ['No event yet.', 'Each change of an object raises one.'],
  deliveries: [
    'No delivery yet.',
    'Events go to webhook endpoints: POST /_sandbox/webhook {"url": "…"}, or stripe.webhookEndpoints.create.',
  ],
  requests: ['No request yet.', 'Every call of the API appears here.'],
};

// Drawing

function drawKinds() {
  const node = element('kinds');
  if (store.tab !== 'objects') {
    node.replaceChildren();
    return;
  }
  const pill = (kind, label, count) => {
    const onclick = () => {
      store.kind = kind;
      draw();
    };
    return make(
      'button',
      { type: 'button', 'aria-pressed': String(store.kind === kind), onclick },
      `${label} ${count}`,
    );
  };
  const counted = objectKinds()
    .map((kind) => [kind, entries(kind).length])
    .filter(([, count]) => count > 0);
  const all = counted.reduce((sum, [, count]) => sum + count, 0);
  node.replaceChildren(
    ...(all === 0 ? [] : [pill('', 'all', all)]),
    ...counted.map(([kind, count]) => pill(kind, words(kind), count)),
  );
}

function drawRows() {
  const rows = ROWS[store.tab]();
  element('rows').replaceChildren(...rows);
  const [title, hint] = EMPTY[store.tab];
  // The built-in endpoint is always there.
  const bare = store.tab === 'objects' && objectKinds().join() === 'webhook_endpoint';
  element('empty').hidden = rows.length > 0 && !bare;
  element('empty').replaceChildren(make('p', {}, make('strong', {}, title)), make('p', {}, hint));
  const counts = {
    objects: objectKinds().reduce((sum, kind) => sum + entries(kind).length, 0),
    events: entries('event').length,
    deliveries: entries('delivery').length,
    requests: store.state?.requests.length ?? 0,
  };
  for (const [tab, count] of Object.entries(counts)) element(`n-${tab}`).textContent = count;
  for (const tab of document.querySelectorAll('[data-tab]'))
    tab.setAttribute('aria-current', String(tab.dataset.tab === store.tab));
}

function drawDetail() {
  const { open } = store;
  const shown = open?.request ?? store.kinds.get(open?.kind)?.get(open?.id)?.object;
  if (!shown) {
    element('detail').replaceChildren();
    return;
  }
  const text = JSON.stringify(shown, null, 2);
  const close = () => {
    store.open = undefined;
    draw();
  };
  element('detail').replaceChildren(
    make(
      'div',
      { class: 'head' },
      make('h2', {}, words(open.kind ?? 'request')),
      make(
        'span',
        { class: 'buttons' },
        copyButton(text),
        make('button', { type: 'button', onclick: close }, 'Close'),
      ),
    ),
    make('pre', { tabindex: '0' }, text),
  );
}

function copyButton(text) {
  const onclick = () =>
    navigator.clipboard.writeText(text).then(
      () => toast('Copied.'),
      () => toast('The browser does not let this page copy.'),
    );
  return make('button', { type: 'button', onclick }, 'Copy');
}

function drawWaiting() {
  const intents = [...entries('setup_intent'), ...entries('payment_intent')].filter(
    ([, { object }]) => object.status === 'requires_action',
  );
  const decide = (id, outcome) => () => control('POST', `3ds/${id}`, { outcome });
  element('waiting').hidden = intents.length === 0;
  element('waiting').replaceChildren(
    ...intents
      .slice(-5)
      .map(([id, { object }]) =>
        make(
          'div',
          {},
          make('strong', {}, '3D Secure'),
          make('span', {}, money(object)),
          make('span', { class: 'id' }, id),
          make(
            'span',
            { class: 'buttons' },
            make('button', { type: 'button', onclick: decide(id, 'approve') }, 'Approve'),
            make('button', { type: 'button', onclick: decide(id, 'fail') }, 'Fail'),
          ),
        ),
      ),
  );
}

function drawKnobs() {
  const { knobs, held } = store.state;
  const set = (change) => () => control('POST', 'deliveries', change);
  const line = (text, action, label) =>
    make(
      'div',
      { class: 'line' },
      make('span', {}, text),
      make('button', { type: 'button', onclick: action }, label),
    );
  const lines = [];
  if (knobs.hold)
    lines.push(
      line(`held: ${held.length} waiting`, () => control('POST', 'release'), 'Release all'),
      line('everything new is held', set({ hold: false }), 'Let go'),
    );
  else lines.push(line('sent as they happen', set({ hold: true }), 'Hold'));
  if (knobs.duplicate > 0)
    lines.push(line(`each sent ${knobs.duplicate + 1} times`, set({ duplicate: 0 }), 'Once'));
  if (knobs.reorder) lines.push(line('out of order', set({ reorder: false }), 'In order'));
  if (knobs.delayMs > 0) lines.push(line(`${knobs.delayMs} ms late`, set({ delayMs: 0 }), 'At once'));
  if (knobs.drop !== false)
    lines.push(
      line(`dropped: ${knobs.drop === true ? 'all' : knobs.drop.join(', ')}`, set({ drop: false }), 'Stop'),
    );
  if (knobs.only !== null)
    lines.push(
      line(
        `only ${[...(knobs.only.types ?? []), ...(knobs.only.endpoints ?? [])].join(', ')}`,
        set({ only: null }),
        'All',
      ),
    );
  element('knobs').replaceChildren(make('h2', {}, 'Deliveries'), ...lines);
}

function drawFaults() {
  const { faults, violations } = store.state;
  const lines = faults.map(({ id, rule, struck }) => {
    const where =
      [rule.match?.method, rule.match?.path, rule.match?.account].filter(Boolean).join(' ') ||
      'every request';
    const text = `${rule.action.status ?? words(rule.action.type)} ${rule.when === 'body' ? 'in the body' : rule.when} · ${where} · struck ${struck}${rule.times ? ` of ${rule.times}` : ''}`;
    return make(
      'div',
      { class: 'line' },
      make('span', {}, text),
      make('button', { type: 'button', onclick: () => control('DELETE', `faults/${id}`) }, 'Remove'),
    );
  });
  const none = make('p', { class: 'soft' }, 'None: every request is answered.');
  const broken =
    violations > 0
      ? [make('p', { class: 'tag bad' }, `The sandbox broke its contract ${violations} times`)]
      : [];
  element('faults').replaceChildren(
    make('h2', {}, 'Faults'),
    ...(lines.length > 0 ? lines : [none]),
    ...broken,
  );
}

function drawKeys() {
  const { keys } = store.state;
  const pairs = [
    ['address', location.origin],
    ['secret key', keys.secret],
    ['publishable key', keys.publishable],
    ['webhook secret', keys.webhook],
    ['account', keys.account],
  ];
  element('keys').replaceChildren(
    ...pairs.flatMap(([name, value]) => [
      make('dt', {}, name),
      make('dd', { title: value }, value),
      copyButton(value),
    ]),
  );
}

function drawAccounts() {
  const select = element('account');
  const connected = [...(store.kinds.get('account')?.keys() ?? [])];
  if (select.options.length === connected.length + 1) return;
  const own = store.state?.keys.account;
  const option = (id) =>
    make('option', { value: id, selected: id === store.account }, id === own ? `${id} (own)` : id);
  select.replaceChildren(make('option', { value: '' }, 'all'), ...connected.map(option));
}

function drawClock() {
  const { state } = store;
  if (!state) return;
  const passed = state.clock.frozen ? 0 : performance.now() - store.clockAt;
  element('now').textContent = new Date(state.clock.now + passed)
    .toISOString()
    .slice(0, 19)
    .replace('T', ' ');
  element('frozen').hidden = !state.clock.frozen;
}

let isDue = false;

function draw() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    if (!store.state) return;
    drawKinds();
    drawRows();
    drawDetail();
    drawWaiting();
    drawKnobs();
    drawFaults();
    drawAccounts();
    drawClock();
  });
}

// What happens

for (const tab of document.querySelectorAll('[data-tab]'))
  tab.addEventListener('click', () => {
    store.tab = tab.dataset.tab;
    draw();
  });
for (const button of document.querySelectorAll('[data-advance]'))
  button.addEventListener('click', () =>
    control('POST', 'clock', { advance: Number(button.dataset.advance) }),
  );
element('account').addEventListener('change', (event) => {
  store.account = event.target.value;
  draw();
});
setInterval(drawClock, 1000);

const link = (text, on) => {
  element('link').textContent = text;
  element('link').classList.toggle('on', on);
};
const stream = new EventSource('/_sandbox/stream');
stream.addEventListener('open', () => link('live', true));
stream.addEventListener('error', () => link('reconnecting…', false));
stream.addEventListener('everything', ({ data }) => {
  store.kinds.clear();
  for (const change of JSON.parse(data)) put(change);
  draw();
});
stream.addEventListener('changes', ({ data }) => {
  for (const change of JSON.parse(data)) put(change);
  draw();
});
stream.addEventListener('state', ({ data }) => {
  const first = store.state === undefined;
  store.state = JSON.parse(data);
  store.clockAt = performance.now();
  if (first) drawKeys();
  draw();
});
