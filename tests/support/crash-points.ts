import { randomUUID } from 'node:crypto';
import type { FaultRule } from '../../sandbox/http/faults.js';
import type { CrashSite } from './crash-site.js';
import { eventually } from './eventually.js';
import type { SeenCommand } from './mongo-proxy.js';

/** A place between a request and its response where the process may die. */
export interface CrashPoint {
  name: string;
  /** Whether an operation is left that somebody must settle. */
  leavesOpen: boolean;
  /** Points at Stripe cannot tell two requests to one path apart: they are taken one after another. */
  at: 'stripe' | 'mongod';
  /** Arms the trap; the promise settles when the request is in it. */
  trap(site: CrashSite, request: TrappedRequest): { reached: Promise<void> };
}

export interface TrappedRequest {
  /** Texts that are found in what this request writes and in nobody else's. */
  marks: readonly string[];
  /** Where the operation goes at Stripe. */
  stripePath: string;
}

function atStripe(name: string, fault: Pick<FaultRule, 'when' | 'action'>): CrashPoint {
  return {
    name,
    leavesOpen: true,
    at: 'stripe',
    trap({ sandbox: { control } }, { stripePath }) {
      const id = control.faults.add({ match: { method: 'POST', path: stripePath }, ...fault, times: 1 });
      const struck = () => control.requests().find((request) => request.fault === id);
      const carriedOut = () => {
        const key = struck()?.idempotencyKey;
        return key !== undefined && key !== null && control.object('idempotency_key', key) !== undefined;
      };
      const inTrap = () => (fault.when === 'before' ? struck() !== undefined : carriedOut());
      return { reached: eventually(inTrap, Boolean).then(() => undefined) };
    },
  };
}

interface MongodPoint {
  leavesOpen: boolean;
  where: 'before' | 'after';
  fits(command: SeenCommand): boolean;
}

function atMongod(name: string, { leavesOpen, where, fits }: MongodPoint): CrashPoint {
  return {
    name,
    leavesOpen,
    at: 'mongod',
    trap({ proxy }, { marks }) {
      const hold = proxy.hold(
        where,
        (command) => fits(command) && marks.some((mark) => command.text.includes(mark)),
      );
      return { reached: hold.caught };
    },
  };
}

const isCommit = ({ name }: SeenCommand) => name === 'commitTransaction';
const writes = ({ text }: SeenCommand, collection: string) =>
  text.includes(`"update":"guichet_${collection}"`);
/** What Stripe answered goes into the mirror; what is saved before asking does not. */
const commitsAnswer = (command: SeenCommand) => isCommit(command) && writes(command, 'stripe_objects');
const commitsIntent = (command: SeenCommand) => isCommit(command) && !writes(command, 'stripe_objects');
const keepsAnswer = (command: SeenCommand) =>
  command.collection === 'guichet_idempotency_keys' && command.text.includes('"status":"finished"');

export const crashPoints: readonly CrashPoint[] = [
  atMongod('before anything of it is saved', {
    leavesOpen: false,
    where: 'before',
    fits: (command) => command.startsTransaction,
  }),
  atMongod('inside the transaction that saves the operation', {
    leavesOpen: false,
    where: 'before',
    fits: commitsIntent,
  }),
  atMongod('when the operation is saved and Stripe was not asked', {
    leavesOpen: true,
    where: 'after',
    fits: commitsIntent,
  }),
  atStripe('when Stripe was asked and does nothing', { when: 'before', action: { type: 'hang' } }),
  atStripe('when Stripe has done it and does not answer', { when: 'after', action: { type: 'hang' } }),
  atStripe("in the middle of Stripe's answer", { when: 'body', action: { type: 'stall' } }),
  atMongod("inside the transaction that stores Stripe's answer", {
    leavesOpen: true,
    where: 'before',
    fits: commitsAnswer,
  }),
  atMongod("when Stripe's answer is stored", { leavesOpen: false, where: 'after', fits: commitsAnswer }),
];

/** Only requests with an Idempotency-Key come here. */
export const keyedCrashPoints: readonly CrashPoint[] = [
  atMongod('before the answer of the key is kept', { leavesOpen: false, where: 'before', fits: keepsAnswer }),
  atMongod('when the answer of the key is kept and not sent', {
    leavesOpen: false,
    where: 'after',
    fits: keepsAnswer,
  }),
];

/** A text that nothing else has in it. */
export const newMark = (): string => `mark-${randomUUID().slice(0, 13)}`;
