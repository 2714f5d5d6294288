// A row for each object, event, delivery and request.

import { control, make } from './dom.js';
import { endpointOf, entries, eventOf, objectKinds, redraw, store } from './known.js';
import { note, tag, time, words } from './words.js';

const MOST_ROWS = 200;

function row({ key, at, title, under, end, detail }) {
  const show = () => {
    store.open = store.open?.key === key ? undefined : { key, ...detail };
    redraw();
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
  return found.slice(0, MOST_ROWS).map(({ kind, id, account, object, money }) =>
    row({
      key: `${kind} ${id}`,
      at: time(object.created),
      title: id,
      under: [words(kind), note({ object, money })].filter(Boolean).join(' · '),
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

export const ROWS = {
  objects: objectRows,
  events: eventRows,
  deliveries: deliveryRows,
  requests: requestRows,
};
