import type { ZodType, z } from 'zod';
import { type FieldError, invalidRequest, notFound } from '../domain/errors.js';

type Issue = z.core.$ZodIssue;

const MAX_ERRORS = 20;

const CODES: Readonly<Record<string, string>> = {
  invalid_type: 'wrong_type',
  invalid_format: 'wrong_format',
  invalid_value: 'not_allowed',
  too_small: 'too_small',
  too_big: 'too_large',
  invalid_key: 'wrong_name',
};

/** Throws 400 `validation_failed`, or `unknown_field` where the shape knows no such field, with a list of fields. */
export function validateInput<Output>(schema: ZodType<Output>, input: unknown): Output {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.flatMap((issue) => toFieldErrors(issue, input)).slice(0, MAX_ERRORS);
  if (errors.some((error) => error.code === 'unknown_field')) {
    throw invalidRequest('unknown_field', 'The request has fields that this endpoint does not take.', {
      errors,
    });
  }
  throw invalidRequest('validation_failed', 'The request is not valid: see errors.', { errors });
}

/** A path that names nothing is 404, whatever is wrong with it. */
export function validateParams<Output>(schema: ZodType<Output>, params: unknown): Output {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  const code = parsed.error.issues.map(customCode).find((custom) => custom !== null);
  throw notFound(code ?? 'not_found', 'There is no such object.');
}

function toFieldErrors(issue: Issue, input: unknown): FieldError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      return { path: pathOf([...issue.path, key]), message: 'there is no such field', code: 'unknown_field' };
    });
  }
  if (isMissing(input, issue.path)) {
    const { message } = issue.code === 'custom' ? issue : { message: 'required' };
    return [{ path: pathOf(issue.path), message, code: 'required' }];
  }
  // What is wrong with the name of a record's member is one level down.
  const [cause = issue] = issue.code === 'invalid_key' ? issue.issues : [];
  const code = customCode(cause) ?? CODES[issue.code] ?? 'not_valid';
  return [{ path: pathOf(issue.path), message: cause.message, code }];
}

function isMissing(input: unknown, path: readonly PropertyKey[]): boolean {
  let value = input;
  for (const name of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[name];
  return value === undefined;
}

function customCode(issue: { code?: string | undefined; params?: unknown }): string | null {
  if (issue.code !== 'custom' || typeof issue.params !== 'object' || issue.params === null) return null;
  const { code } = issue.params as { code?: unknown };
  return typeof code === 'string' ? code : null;
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.map(String).join('.');
}
