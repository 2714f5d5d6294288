import { invalidRequest } from '../http/stripe-error.js';

/** What Stripe answers where two parameters say the same thing in two ways. */
export function refuseBoth(params: object, names: readonly [string, string]): void {
  const given = params as Record<string, unknown>;
  if (given[names[0]] === undefined || given[names[1]] === undefined) return;
  throw invalidRequest(`You may only specify one of these parameters: ${names.join(', ')}.`, {
    code: 'parameters_exclusive',
    param: names[0],
  });
}

export function missing(param: string): Error {
  return invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
}

export function cannotBeEmpty(param: string): Error {
  return invalidRequest(
    `You passed an empty string for '${param}'. We assume empty values are an attempt to unset a parameter; however '${param}' cannot be unset. You should remove '${param}' from your request or supply a non-empty value.`,
    { code: 'parameter_invalid_empty', param },
  );
}

/** Ids that callers choose may be taken. */
export function alreadyExists(what: string, param?: string): Error {
  return invalidRequest(`${what} already exists.`, {
    code: 'resource_already_exists',
    ...(param !== undefined && { param }),
  });
}

export function checkAtLeast(value: number | undefined, least: number, param: string): void {
  if (value === undefined || value >= least) return;
  throw invalidRequest(`This value must be greater than or equal to ${least}.`, {
    code: 'parameter_invalid_integer',
    param,
  });
}

export function checkLength(value: string | undefined | null, most: number, param: string): void {
  if (!value || value.length <= most) return;
  throw invalidRequest(
    `Invalid string: ${value.slice(0, 10)}...${value.slice(-3)}; must be at most ${most} characters`,
    { param },
  );
}

export function checkFuture(when: number | undefined, now: number, param: string): void {
  if (when !== undefined && when <= now)
    throw invalidRequest(`Invalid timestamp: must be an integer Unix timestamp in the future.`, { param });
}
