// How things are told.

import { make } from './dom.js';

export const time = (seconds) => (seconds ? new Date(seconds * 1000).toISOString().slice(11, 19) : '');
export const words = (kind) => kind.replaceAll('_', ' ').replaceAll('.', ' ');

export function note({ object, money }) {
  const text = [object.name, object.email, object.description, object.type, object.url];
  return [money, ...text.filter((part) => typeof part === 'string')].filter(Boolean).join(' · ');
}

const GOOD = ['succeeded', 'available', 'paid', 'complete', 'enabled', 'won', 'active'];
const BAD = ['failed', 'canceled', 'lost', 'dropped', 'expired'];

export function tag(text) {
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
