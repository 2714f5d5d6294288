import { type AddressInfo, createServer, connect as openSocket, type Server, type Socket } from 'node:net';
import { BSON, type Document } from 'mongodb';

/** A command on its way from a process to mongod. */
export interface SeenCommand {
  name: string;
  /** With its prefix; null for a command that names none. */
  collection: string | null;
  body: Document;
  /** It is the first of its transaction. */
  startsTransaction: boolean;
  /** This command and, inside a transaction, those before it, as text to search for ids. */
  text: string;
}

export type CommandMatch = (command: SeenCommand) => boolean;

export interface Hold {
  /** Settles when a command was caught. */
  caught: Promise<void>;
  /** Lets what was caught go on, and catches no more. */
  release(): void;
}

export interface MongoProxy {
  uri: string;
  /**
   * Catches the next command that matches: `before` it reaches mongod, or `after` mongod carried it out and before
   * its answer reaches the process. Until released; what is caught `before` dies with the process that sent it.
   */
  hold(where: 'before' | 'after', match: CommandMatch): Hold;
  /** Catches nothing more; what was caught stays caught. */
  disarm(): void;
  stop(): Promise<void>;
}

interface Armed {
  where: 'before' | 'after';
  match: CommandMatch;
  caught(letGo: () => void): void;
}

/**
 * Stands between a process under test and its mongod, so that the process can be stopped at an exact command. It is
 * found by address, not by replica-set discovery, so what speaks to it must connect directly.
 */
export async function startMongoProxy(target: { port: number }): Promise<MongoProxy> {
  const armed = new Set<Armed>();
  // The commands of one transaction may go over several connections.
  const transactions = new Map<string, string>();
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const mongod = openSocket(target.port, '127.0.0.1');
    for (const socket of [client, mongod]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        mongod.destroy();
      });
    }
    relay({ client, mongod, armed, transactions });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    uri: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    hold: (where, match) => arm(armed, where, match),
    disarm: () => armed.clear(),
    stop: () => stop(server, sockets),
  };
}

function arm(armed: Set<Armed>, where: 'before' | 'after', match: CommandMatch): Hold {
  let letGo: () => void = () => undefined;
  let entry: Armed | undefined;
  const caught = new Promise<void>((resolve) => {
    entry = {
      where,
      match,
      caught(release) {
        letGo = release;
        if (entry) armed.delete(entry);
        resolve();
      },
    };
    armed.add(entry);
  });
  return {
    caught,
    release() {
      if (entry) armed.delete(entry);
      letGo();
    },
  };
}

function stop(server: Server, sockets: Set<Socket>): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  for (const socket of sockets) socket.destroy();
  return closed;
}

const HEADER_BYTES = 16;
const OP_MSG = 2013;

interface Route {
  client: Socket;
  mongod: Socket;
  armed: Set<Armed>;
  /** What each session said in its transaction so far. */
  transactions: Map<string, string>;
}

/** Frames go through whole; each connection has one request under way, so a held one holds only its own. */
function relay({ client, mongod, armed, transactions }: Route): void {
  const withheld = new Map<number, (reply: Buffer) => void>();
  onFrames(client, (frame) => {
    const command = read(frame, transactions);
    const hit = command && [...armed].find((entry) => entry.match(command));
    if (!hit) {
      mongod.write(frame);
    } else if (hit.where === 'before') {
      hit.caught(() => void mongod.write(frame));
    } else {
      withheld.set(frame.readInt32LE(4), (reply) => hit.caught(() => void client.write(reply)));
      mongod.write(frame);
    }
  });
  onFrames(mongod, (frame) => {
    const answersTo = frame.readInt32LE(8);
    const withhold = withheld.get(answersTo);
    withheld.delete(answersTo);
    if (withhold) withhold(frame);
    else client.write(frame);
  });
}

function onFrames(socket: Socket, onFrame: (frame: Buffer) => void): void {
  let pending = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    while (pending.length >= HEADER_BYTES) {
      const length = pending.readInt32LE(0);
      if (pending.length < length) return;
      onFrame(pending.subarray(0, length));
      pending = pending.subarray(length);
    }
  });
}

/** The command of an OP_MSG; null for what is no command (a handshake in the old form). */
function read(frame: Buffer, transactions: Map<string, string>): SeenCommand | null {
  if (frame.readInt32LE(12) !== OP_MSG) return null;
  const body = sections(frame);
  const [name] = Object.keys(body);
  if (name === undefined) return null;
  const own = BSON.EJSON.stringify(body);
  const collection = typeof body[name] === 'string' ? body[name] : null;
  const text = body.autocommit === false ? remember(body, own, transactions) : own;
  return { name, collection, body, startsTransaction: body.startTransaction === true, text };
}

/** A session runs one transaction at a time, and a new one begins with a first command. */
function remember(body: Document, own: string, transactions: Map<string, string>): string {
  const session = BSON.EJSON.stringify(body.lsid ?? null);
  const before = body.startTransaction === true ? '' : (transactions.get(session) ?? '');
  const text = `${before}\n${own}`;
  transactions.set(session, text);
  return text;
}

/** The body, with the document sequences that a bulk write sends beside it. */
function sections(frame: Buffer): Document {
  const CHECKSUM = 1;
  const end = frame.length - (frame.readUInt32LE(HEADER_BYTES) & CHECKSUM ? 4 : 0);
  let at = HEADER_BYTES + 4;
  let body: Document = {};
  const sequences: Document = {};
  while (at < end) {
    const kind = frame.readUInt8(at);
    at += 1;
    const length = frame.readInt32LE(at);
    if (kind === 0) body = BSON.deserialize(frame.subarray(at, at + length));
    else Object.assign(sequences, sequence(frame.subarray(at, at + length)));
    at += length;
  }
  return { ...body, ...sequences };
}

function sequence(bytes: Buffer): Document {
  const nameEnd = bytes.indexOf(0, 4);
  const documents: Document[] = [];
  for (let at = nameEnd + 1; at < bytes.length; at += bytes.readInt32LE(at)) {
    documents.push(BSON.deserialize(bytes.subarray(at, at + bytes.readInt32LE(at))));
  }
  return { [bytes.toString('utf8', 4, nameEnd)]: documents };
}
