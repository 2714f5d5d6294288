import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

/** `answer-lost`: taken, and answered with a failure. `held`: taken, and never answered. */
type Failure = 'refused' | 'answer-lost' | 'held';

export interface TestSmtp {
  url: string;
  /** What was accepted, in order. */
  received: ParsedMail[];
  /** Answers the next messages with a temporary failure, before (refused) or after (accepted, answer lost) taking them. */
  fail(times: number, how: Failure): void;
  stop(): Promise<void>;
}

/** A real mail server on a socket. */
export async function startSmtp(): Promise<TestSmtp> {
  const received: ParsedMail[] = [];
  let failures: { times: number; how: Failure } = { times: 0, how: 'refused' };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, callback) {
      simpleParser(stream).then((mail) => {
        const failing = failures.times > 0;
        if (failing) failures.times -= 1;
        if (!failing || failures.how !== 'refused') received.push(mail);
        if (failing && failures.how === 'held') return;
        callback(failing ? Object.assign(new Error('try again later'), { responseCode: 451 }) : null);
      }, callback);
    },
  });
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    fail(times, how) {
      failures = { times, how };
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
