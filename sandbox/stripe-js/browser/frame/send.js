import { callApi } from '../api.js';

/**
 * Sends what was typed straight to the API, from this origin: the page gets the payment method, or the token, only.
 * @param {{ access: import('../api.js').Access | undefined, fields: import('../frame.js').PaymentFields | undefined,
 *   data?: any, as: 'paymentMethod' | 'token' }} what
 */
export async function send({ access, fields, data = {}, as }) {
  if (!access || !fields) return { error: { type: 'validation_error', code: 'incomplete', message: '' } };
  const { error } = fields.show();
  if (error) return { error };
  const details = fields.details();
  const params = as === 'token' ? tokenParams(details, data) : methodParams(details, data);
  const path = as === 'token' ? '/v1/tokens' : '/v1/payment_methods';
  const outcome = await callApi(access, { method: 'POST', path, params });
  return outcome.error ? { error: outcome.error } : { [as]: outcome.object };
}

/** What the page knows of the customer goes before what the form asked for. @param {any} details @param {any} data */
function methodParams(details, { billing_details: given = {}, ...data }) {
  const asked = details.billing_details ?? {};
  const address = { ...asked.address, ...given.address };
  return { ...details, ...data, billing_details: { ...asked, ...given, address } };
}

/** @param {any} details @param {any} data */
function tokenParams({ card, billing_details: billing }, data) {
  return { card: { ...card, address_zip: billing?.address?.postal_code, ...data } };
}
