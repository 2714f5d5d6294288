import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { type Stack, startStack } from '../support/stack.js';
import { exampleEvent, hexSignature, inboxRow, postRaw, secondsFromNow } from '../support/webhooks.js';

describe('row 29: a clock that is off by more than 300 s', () => {
  let stack: Stack;
  let now = () => new Date();
  before(async () => {
    stack = await startStack({ webhooks: 'by-hand', overrides: { clock: { now: () => now() } } });
  });
  after(() => stack.stop());

  async function post(seconds: number, secret = stack.sandbox.webhookSecret) {
    const event = exampleEvent();
    const payload = JSON.stringify(event);
    const at = secondsFromNow(seconds);
    const signature = `t=${at},v1=${hexSignature(payload, { secret, at })}`;
    const { status } = await postRaw(stack, payload, { 'stripe-signature': signature });
    return { status, stored: (await inboxRow(stack, event.id)) !== null };
  }
  const alerts = () =>
    stack
      .rows('outbox_messages')
      .find({ _id: /^alert:clock_skew:/ } as object)
      .toArray();
  const refused = { status: 400, stored: false };

  it('row 29: is no clock while others are taken, or while the signature is wrong', async () => {
    expect(await post(-400, 'whsec_somebody_else')).to.deep.equal(refused);
    expect(await post(0)).to.deep.equal({ status: 200, stored: true });
    expect(await post(-400), 'somebody sends an old one again').to.deep.equal(refused);
    expect(await alerts()).to.deep.equal([]);
  });

  it('row 29: all webhooks are 400, and a person is told once that it is the clock', async () => {
    now = () => new Date(Date.now() + 1_000_000);
    for (let sent = 0; sent < 5; sent += 1) expect(await post(0)).to.deep.equal(refused);
    const told = await eventually(alerts, (rows) => rows.length > 0);
    expect(told).to.have.length(1);
    const line = await eventually(
      () => stack.logs.find(({ alert }) => alert === 'clock_skew'),
      (found) => found !== undefined,
    );
    expect(JSON.stringify(line)).to.include('clock').and.to.include('NTP');
    now = () => new Date();
    expect(await post(0), 'once the clock is right').to.deep.equal({ status: 200, stored: true });
    expect(await alerts()).to.have.length(1);
  });
});
