import type { Adapter } from './adapter.js';

/**
 * 2024-12-18.acacia, which is what Guichet speaks: its objects are read as they are. Later releases of the name only add to
 * it (https://docs.stripe.com/api/versioning). The releases before it (2024-09-30 to 2024-11-20) lack what was added since.
 */
export const acacia: Adapter = { name: 'acacia', since: '2024-12-18', older: null, rules: new Map() };
