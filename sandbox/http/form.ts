import { bareObject } from '../store/bare-object.js';

/** What a form decodes to: every leaf is a string, lists are arrays or objects with number keys. */
export type FormValue = string | FormValue[] | { [key: string]: FormValue };
export type Form = { [key: string]: FormValue };

/** `a[b][]=1&items[0][price]=2`, as Stripe's clients encode parameters. */
export function decodeForm(text: string): Form {
  const form = bareObject<FormValue>();
  const plain = !text.includes('%') && !text.includes('+');
  for (let start = 0; start < text.length; ) {
    const next = text.indexOf('&', start);
    const end = next === -1 ? text.length : next;
    if (end > start) {
      const equals = text.indexOf('=', start);
      const split = equals === -1 || equals > end ? end : equals;
      const name = text.slice(start, split);
      const value = text.slice(split + 1, end);
      if (plain) set(form, name, value);
      else set(form, decode(name), decode(value));
    }
    start = end + 1;
  }
  return form;
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}

/** `a[b][]` is `a`, `b` and an empty segment: the place after the latest of a list. */
function set(form: Form, name: string, value: string): void {
  let open = name.indexOf('[');
  let close = open === -1 ? -1 : name.indexOf(']', open);
  if (close === -1) {
    form[open === -1 ? name : name.slice(0, open)] = value;
    return;
  }
  let node: Form | FormValue[] = form;
  let key = name.slice(0, open);
  while (close !== -1) {
    const inner: string = name.slice(open + 1, close);
    node = childOf(node, key, inner);
    key = inner;
    open = name.indexOf('[', close);
    close = open === -1 ? -1 : name.indexOf(']', open);
  }
  if (Array.isArray(node)) node.push(value);
  else node[key] = value;
}

/** What is under this key, made when there is nothing yet: a list where the next key is empty. */
function childOf(node: Form | FormValue[], key: string, next: string): Form | FormValue[] {
  const child = Array.isArray(node) ? undefined : node[key];
  if (child !== undefined && typeof child !== 'string') return child;
  const created: Form | FormValue[] = next === '' ? [] : bareObject<FormValue>();
  if (Array.isArray(node)) node.push(created);
  else node[key] = created;
  return created;
}

/** An object whose keys are 0, 1, 2, … is how a client writes a list with indexes. */
export function asList(value: FormValue): FormValue[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return undefined;
  const keys = Object.keys(value);
  if (!keys.every((key) => /^\d+$/.test(key))) return undefined;
  return keys.sort((a, b) => Number(a) - Number(b)).map((key) => value[key] ?? '');
}
