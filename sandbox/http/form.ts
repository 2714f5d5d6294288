/** What a form decodes to: every leaf is a string, lists are arrays or objects with number keys. */
export type FormValue = string | FormValue[] | { [key: string]: FormValue };
export type Form = { [key: string]: FormValue };

/** `a[b][]=1&items[0][price]=2`, as Stripe's clients encode parameters. */
export function decodeForm(text: string): Form {
  const form: Form = Object.create(null);
  if (text === '') return form;
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const split = pair.indexOf('=');
    const name = decode(split === -1 ? pair : pair.slice(0, split));
    const value = split === -1 ? '' : decode(pair.slice(split + 1));
    if (name.includes('[')) setNested(form, pathOf(name), value);
    else form[name] = value;
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

/** `a[b][]` to `a`, `b` and an empty segment. */
function pathOf(name: string): string[] {
  let open = name.indexOf('[');
  const path = [name.slice(0, open)];
  while (open !== -1) {
    const close = name.indexOf(']', open);
    if (close === -1) break;
    path.push(name.slice(open + 1, close));
    open = name.indexOf('[', close);
  }
  return path;
}

function setNested(form: Form, path: string[], value: string): void {
  let node: Form | FormValue[] = form;
  for (let i = 0; i < path.length; i += 1) {
    const key = path[i] ?? '';
    const next = path[i + 1];
    if (next === undefined) {
      setLeaf(node, key, value);
      return;
    }
    const child: FormValue | undefined = Array.isArray(node) ? undefined : node[key];
    if (child !== undefined && typeof child !== 'string') node = child;
    else {
      const created: Form | FormValue[] = next === '' ? [] : Object.create(null);
      if (Array.isArray(node)) node.push(created);
      else node[key] = created;
      node = created;
    }
  }
}

function setLeaf(node: Form | FormValue[], key: string, value: string): void {
  if (Array.isArray(node)) node.push(value);
  else node[key] = value;
}

/** An object whose keys are 0, 1, 2, … is how a client writes a list with indexes. */
export function asList(value: FormValue): FormValue[] | undefined {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') return undefined;
  const keys = Object.keys(value);
  if (!keys.every((key) => /^\d+$/.test(key))) return undefined;
  return keys.sort((a, b) => Number(a) - Number(b)).map((key) => value[key] ?? '');
}
