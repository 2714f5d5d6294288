/** Values that the examples of several objects share: one purchase, told from every side. */
export const exampleIds = {
  key: 'key_01JHMZ5T8GCQ4W7V3K9X2B6N0K',
  cus: 'cus_01JHMZ5T8GCQ4W7V3K9X2B6N0D',
  set: 'set_01JHMZ5T8GCQ4W7V3K9X2B6N0H',
  ord: 'ord_01JHMZ5T8GCQ4W7V3K9X2B6N0E',
  pay: 'pay_01JHMZ5T8GCQ4W7V3K9X2B6N0F',
  ref: 'ref_01JHMZ5T8GCQ4W7V3K9X2B6N0G',
  cpn: 'cpn_01JHMZ5T8GCQ4W7V3K9X2B6N0J',
  prm: 'prm_01JHMZ5T8GCQ4W7V3K9X2B6N0M',
} as const;

export const exampleTimes = {
  created: '2025-01-15T12:00:00.000Z',
  paid: '2025-01-15T12:01:30.000Z',
  expires: '2025-01-16T12:00:00.000Z',
  refunded: '2025-01-16T09:00:00.000Z',
} as const;
