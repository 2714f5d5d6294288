import type { Answer } from './exchange.js';
import type { Fault } from './faults.js';

/** Waits as long as a fault asks at this moment. */
export async function delayed(fault: Fault, when: Fault['when']): Promise<void> {
  if (fault.when !== when || fault.action.type !== 'delay') return;
  const { ms } = fault.action;
  // While the sandbox listens it keeps the process alive; a delayed answer must not do so after that.
  await new Promise((resolve) => setTimeout(resolve, ms).unref());
}

/** What a fault does to an answer that was already earned. */
export function afterwards(fault: Fault, answer: Answer): Answer {
  if (fault.when === 'after') return interruption(fault) ?? answer;
  if (fault.when !== 'body') return answer;
  return { ...answer, cut: { at: 'body', how: fault.action.type === 'reset' ? 'reset' : 'hang' } };
}

/** What comes instead of an answer; undefined when it is only late. */
export function interruption({ action }: Fault): Answer | undefined {
  if (action.type === 'delay') return undefined;
  if (action.type !== 'status')
    return {
      status: 0,
      headers: {},
      body: '',
      cut: { at: 'start', how: action.type === 'reset' ? 'reset' : 'hang' },
    };
  const html = typeof action.body === 'string';
  const body = action.body ?? usualError(action.status);
  return {
    status: action.status,
    headers: { ...(html && { 'Content-Type': 'text/html' }), ...action.headers },
    body: html ? String(body) : JSON.stringify(body, null, 2),
  };
}

function usualError(status: number): Record<string, unknown> {
  const message = `The sandbox was told to answer ${status}.`;
  if (status === 429) return { error: { type: 'invalid_request_error', code: 'rate_limit', message } };
  return { error: { type: status >= 500 ? 'api_error' : 'invalid_request_error', message } };
}
