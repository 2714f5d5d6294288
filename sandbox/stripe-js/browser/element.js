import { Channel } from './channel.js';
import { textsIn } from './texts.js';

/** What the frames of one `elements()` share. */
/** @typedef {{ id: string, access: import('./api.js').Access, options: any, types: () => Promise<any> }} Group */

/** What a frame tells its element, and no one else. */
const INTERNAL = ['loaded', 'height'];

export class IntegrationError extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'IntegrationError';
  }
}

/** Card fields that a page only places: they are in a frame of the script's own origin, and so is what is typed. */
export class Element {
  /** @param {Group} group @param {string} type @param {any} options */
  constructor(group, type, options = {}) {
    this.group = group;
    this.elementType = type;
    this.options = options;
    /** @type {Map<string, Set<(event: any) => void>>} */
    this.handlers = new Map();
    /** @type {HTMLIFrameElement | undefined} */
    this.frame = undefined;
    /** @type {Channel | undefined} */
    this.channel = undefined;
    /** @type {HTMLElement | undefined} */
    this.container = undefined;
    this.destroyed = false;
    /** What is asked of the frame waits until it can answer. */
    this.ready = /** @type {Promise<void>} */ (new Promise(() => {}));
    /** @type {(value?: any) => void} */
    this.isReady = () => {};
  }

  /** @param {string | HTMLElement} target */
  mount(target) {
    if (this.destroyed)
      throw new IntegrationError('This Element has already been destroyed. Please create a new one.');
    const container = typeof target === 'string' ? document.querySelector(target) : target;
    if (!(container instanceof HTMLElement))
      throw new IntegrationError(
        `The selector you specified (${target}) applies to no DOM elements that are currently on the page. Make sure the element exists on the page before calling mount().`,
      );
    this.unmount();
    this.container = container;
    container.classList.add('StripeElement', 'StripeElement--empty');
    this.ready = new Promise((resolve) => {
      this.isReady = resolve;
    });
    const frame = this.newFrame();
    this.frame = frame;
    this.channel = new Channel({
      peer: () => frame.contentWindow,
      origin: this.group.access.base,
      onMessage: (message) => this.receive(message),
    });
    container.replaceChildren(frame);
    return this;
  }

  newFrame() {
    const { access, id } = this.group;
    const texts = textsIn(access.language);
    const frame = document.createElement('iframe');
    frame.title = this.elementType === 'payment' ? texts.paymentFrame : texts.cardFrame;
    frame.name = `__privateStripeFrame${Math.floor(Math.random() * 1e6)}`;
    frame.allow = 'payment *';
    const about = new URLSearchParams({
      type: this.elementType,
      group: id,
      origin: location.origin,
      language: access.language,
    });
    frame.src = `${access.base}/v3/frame.html#${about}`;
    Object.assign(frame.style, { border: '0', width: '100%', height: '1.4em', display: 'block' });
    return frame;
  }

  /** @param {any} message */
  receive(message) {
    if (message.event === 'loaded') void this.introduce();
    else if (message.event === 'height' && this.frame) this.frame.style.height = `${message.height}px`;
    if (message.event === 'ready') this.isReady();
    if (message.event && !INTERNAL.includes(message.event))
      this.emit(message.event, { elementType: this.elementType, ...message.detail });
  }

  /** Tells the frame what it needs to know; the key is not in its address. */
  async introduce() {
    const { access, options } = this.group;
    const types = this.elementType === 'payment' ? await this.group.types() : { types: ['card'] };
    if (types.error) return this.emit('loaderror', { elementType: this.elementType, error: types.error });
    const { appearance } = options;
    this.channel?.send({ action: 'init', access, appearance, options: this.options, ...types });
  }

  unmount() {
    this.channel?.close();
    this.frame?.remove();
    this.container?.classList.remove(
      ...['', '--empty', '--complete', '--focus', '--invalid'].map((state) => `StripeElement${state}`),
    );
    this.channel = undefined;
    this.frame = undefined;
    this.container = undefined;
    return this;
  }

  destroy() {
    this.unmount();
    this.destroyed = true;
    this.handlers.clear();
    return this;
  }

  /** @param {any} options */
  update(options) {
    this.options = { ...this.options, ...options };
    this.channel?.send({
      action: 'update',
      options: this.options,
      appearance: this.group.options.appearance,
    });
    return this;
  }

  focus() {
    return this.tell('focus');
  }

  blur() {
    return this.tell('blur');
  }

  clear() {
    return this.tell('clear');
  }

  /** @param {string} action */
  tell(action) {
    const { channel } = this;
    void this.ready.then(() => channel?.send({ action }));
    return this;
  }

  /** @param {string} event @param {(event: any) => void} handler */
  on(event, handler) {
    this.handlers.set(event, (this.handlers.get(event) ?? new Set()).add(handler));
    return this;
  }

  /** @param {string} event @param {(event: any) => void} handler */
  once(event, handler) {
    /** @param {any} detail */
    const first = (detail) => {
      this.off(event, first);
      handler(detail);
    };
    return this.on(event, first);
  }

  /** @param {string} event @param {(event: any) => void} [handler] */
  off(event, handler) {
    if (handler) this.handlers.get(event)?.delete(handler);
    else this.handlers.delete(event);
    return this;
  }

  /** @param {string} event @param {any} detail */
  emit(event, detail) {
    const classes = this.container?.classList;
    if (event === 'change') {
      classes?.toggle('StripeElement--empty', detail.empty);
      classes?.toggle('StripeElement--complete', detail.complete);
      classes?.toggle('StripeElement--invalid', detail.error !== undefined);
    }
    if (event === 'focus' || event === 'blur') classes?.toggle('StripeElement--focus', event === 'focus');
    for (const handler of [...(this.handlers.get(event) ?? [])]) handler(event === 'ready' ? this : detail);
  }

  /**
   * Asks the frame, which answers `{ error }`, or what was asked for.
   * @param {string} action @param {object} [data] @returns {Promise<any>}
   */
  async ask(action, data = {}) {
    if (!this.channel)
      throw new IntegrationError(
        'We could not retrieve data from the specified Element. Please make sure the Element you are attempting to use is still mounted.',
      );
    const { channel } = this;
    await this.ready;
    return channel.ask({ action, ...data });
  }
}
