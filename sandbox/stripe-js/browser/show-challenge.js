import { Channel } from './channel.js';
import { textsIn } from './texts.js';

const FULL = {
  position: 'fixed',
  inset: '0',
  width: '100%',
  height: '100%',
  maxWidth: '100%',
  maxHeight: '100%',
};
const PLAIN = { border: '0', padding: '0', margin: '0', background: 'rgba(10, 15, 30, 0.5)' };

/**
 * Shows the bank's page above the shop's. Settles when the customer has approved, failed or given up there: how it
 * ended is then for the intent to tell.
 * @param {import('./api.js').Access} access @param {string} url @returns {Promise<void>}
 */
export function showChallenge(access, url) {
  const before = document.activeElement;
  const dialog = document.createElement('dialog');
  const frame = document.createElement('iframe');
  frame.title = textsIn(access.language).challenge;
  frame.name = '__privateStripeChallenge';
  const about = new URLSearchParams({ url, origin: location.origin, language: access.language });
  frame.src = `${access.base}/v3/challenge.html#${about}`;
  Object.assign(dialog.style, FULL, PLAIN);
  Object.assign(frame.style, { ...FULL, border: '0' });
  dialog.append(frame);
  document.body.append(dialog);
  return new Promise((resolve) => {
    const channel = new Channel({
      peer: () => frame.contentWindow,
      origin: access.base,
      onMessage: ({ event }) => {
        if (event !== 'done') return;
        channel.close();
        dialog.remove();
        if (before instanceof HTMLElement) before.focus();
        resolve();
      },
    });
    // Escape closes a dialog at once; the payment must be told first.
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      channel.send({ action: 'cancel' });
    });
    dialog.showModal();
    frame.focus();
  });
}
