// What waits for a person, and what is set: knobs, faults, keys.

import { control, copyButton, element, make } from './dom.js';
import { entries, store } from './known.js';
import { words } from './words.js';

export function drawWaiting() {
  const intents = [...entries('setup_intent'), ...entries('payment_intent')].filter(
    ([, { object }]) => object.status === 'requires_action',
  );
  const decide = (id, outcome) => () => control('POST', `3ds/${id}`, { outcome });
  element('waiting').hidden = intents.length === 0;
  element('waiting').replaceChildren(
    ...intents
      .slice(-5)
      .map(([id, { money }]) =>
        make(
          'div',
          {},
          make('strong', {}, '3D Secure'),
          make('span', {}, money),
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

export function drawKnobs() {
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

export function drawFaults() {
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

export function drawKeys() {
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
