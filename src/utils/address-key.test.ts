import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import express from 'express';
import fc from 'fast-check';
import { addressKey, clientAddress, type TrustsProxy } from './address-key.js';

describe('addressKey', () => {
  for (const [address, key] of [
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2345:6:7:8:9', '2001:db8:1:2300::/56'],
    ['2001:DB8:1:23FF::9', '2001:db8:1:2300::/56'],
    ['2001:db8:1:2400::9', '2001:db8:1:2400::/56'],
    ['::1', '0:0:0:0::/56'],
    ['::', '0:0:0:0::/56'],
    ['fe80::1%eth0', 'fe80:0:0:0::/56'],
    ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/56'],
    ['', 'unknown'],
    [undefined, 'unknown'],
    ['not an address', 'unknown'],
  ] as const)
    it(`makes ${key} of ${address}`, () => expect(addressKey(address)).to.equal(key));

  it('gives all of a /56 one key, and the next one another', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), (groups) => {
        const text = (changed: Record<number, number>) =>
          Object.assign([...groups], changed)
            .map((group: number) => group.toString(16))
            .join(':');
        const fourth = groups[3] ?? 0;
        const key = addressKey(text({}));
        expect(addressKey(text({ 3: fourth ^ 0xff, 4: 1, 7: 2 }))).to.equal(key);
        expect(addressKey(text({ 3: fourth ^ 0x100 }))).to.not.equal(key);
      }),
    );
  });
});

describe('clientAddress', () => {
  for (const trust of [false, true, 1, 2, ['10.0.0.0/8']])
    it(`is what Express says, with trust proxy ${JSON.stringify(trust)}`, () => {
      const app = express().set('trust proxy', trust);
      const trusts = app.get('trust proxy fn') as TrustsProxy;
      for (const forwarded of [
        undefined,
        '',
        '198.51.100.1',
        '198.51.100.1, 10.1.1.1',
        ' 203.0.113.9,10.2.2.2,10.1.1.1',
      ]) {
        const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
        const req = { headers, socket: { remoteAddress: '10.9.9.9' }, app } as unknown as IncomingMessage;
        Object.setPrototypeOf(req, app.request);
        expect(clientAddress(req, trusts), forwarded).to.equal((req as unknown as { ip: string }).ip);
      }
    });
});
