import { Channel } from './channel.js';
import { textsIn } from './texts.js';

const about = new URLSearchParams(location.hash.slice(1));
const texts = textsIn(about.get('language') === 'fr' ? 'fr' : 'en');
const bank = /** @type {HTMLIFrameElement} */ (document.getElementById('bank'));
const cancelButton = /** @type {HTMLButtonElement} */ (document.getElementById('cancel'));
const url = new URL(about.get('url') ?? '/', location.origin);

const channel = new Channel({
  peer: () => window.parent,
  origin: about.get('origin') ?? '',
  onMessage: ({ action }) => action === 'cancel' && void cancel(),
});

const done = () => channel.send({ event: 'done' });

/** Giving up is a failed authentication: the intent must not wait for ever. */
async function cancel() {
  cancelButton.disabled = true;
  await fetch(url, { method: 'POST', body: new URLSearchParams({ outcome: 'fail' }) }).catch(() => {});
  done();
}

/** @param {KeyboardEvent} event */
function cancelOnEscape(event) {
  if (event.key === 'Escape') void cancel();
}

let loads = 0;
bank.title = texts.challenge;
bank.addEventListener('load', () => {
  loads += 1;
  // The first page asks; the one after it is the bank's answer. A page without a question has nothing to wait for.
  const choice = bank.contentDocument?.querySelector('button');
  if (loads > 1 || !choice) return done();
  bank.contentDocument?.addEventListener('keydown', cancelOnEscape);
  channel.send({ event: 'ready' });
  choice.focus();
});
cancelButton.textContent = texts.cancel;
cancelButton.addEventListener('click', () => void cancel());
document.addEventListener('keydown', cancelOnEscape);
// Only a page of this sandbox may be shown as the bank's.
if (url.origin === location.origin && url.pathname.startsWith('/_sandbox/')) bank.src = url.href;
else done();
