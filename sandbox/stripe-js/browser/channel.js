/**
 * One page's line to one frame, or back. Messages pass only between this window and the other one, and only when the
 * browser says that they come from the other one's origin.
 */
export class Channel {
  /** @param {{ peer: () => Window | null, origin: string, onMessage: (message: any) => void }} line */
  constructor({ peer, origin, onMessage }) {
    this.peer = peer;
    this.origin = origin;
    /** @type {Map<number, (result: any) => void>} */
    this.waiting = new Map();
    this.sent = 0;
    /** @param {MessageEvent} event */
    this.listener = (event) => {
      if (event.origin !== origin || event.source !== peer() || event.source === null) return;
      const { reply, result, ...message } = event.data ?? {};
      if (reply === undefined) return onMessage(message);
      this.waiting.get(reply)?.(result);
      this.waiting.delete(reply);
    };
    window.addEventListener('message', this.listener);
  }

  /** @param {object} message */
  send(message) {
    this.peer()?.postMessage(message, this.origin);
  }

  /** Sends what will be answered with `reply`. @param {object} message @returns {Promise<any>} */
  ask(message) {
    this.sent += 1;
    const id = this.sent;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.send({ ...message, id });
    });
  }

  close() {
    window.removeEventListener('message', this.listener);
  }
}
