// Elements, and what the page asks the control plane for.

export const element = (id) => document.getElementById(id);
/** Makes an element. Text is always text: nothing that an application sent becomes HTML. */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === 'onclick') node.addEventListener('click', value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== ''));
  return node;
}

export function toast(text) {
  const node = element('toast');
  node.textContent = text;
  node.hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => {
    node.hidden = true;
  }, 6000);
}

/** Calls a verb of the control plane. */
export async function control(method, verb, body = {}) {
  try {
    const response = await fetch(`/_sandbox/${verb}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(method === 'POST' && { body: JSON.stringify(body) }),
    });
    if (!response.ok) toast((await response.json()).error);
    return response.ok;
  } catch {
    toast('The sandbox does not answer.');
    return false;
  }
}

export function copyButton(text) {
  const onclick = () =>
    navigator.clipboard.writeText(text).then(
      () => toast('Copied.'),
      () => toast('The browser does not let this page copy.'),
    );
  return make('button', { type: 'button', onclick }, 'Copy');
}
