// The live page: state from the stream, drawn anew when it changed, one frame at a time.

import { control, copyButton, element, make } from './dom.js';
import { drawWith, entries, objectKinds, put, store } from './known.js';
import { ROWS } from './rows.js';
import { drawFaults, drawKeys, drawKnobs, drawWaiting } from './side.js';
import { words } from './words.js';

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

drawWith(draw);

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
