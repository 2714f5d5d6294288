import {
  closeSync,
  existsSync,
  fdatasync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  write,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

const writeAsync = promisify(write);
const sync = promisify(fdatasync);

function parsed(line: string, i: number): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error(`its line ${i + 1} is not JSON`);
  }
}

/**
 * An append-only file of JSON lines. Lines that are appended while a write is under way go out together in the next one.
 */
export class Log {
  private readonly fd: number;
  private end: number;
  private waiting: string[] = [];
  private truncates = false;
  private closed = false;
  private flushing: Promise<void> | undefined;

  private constructor(
    file: string,
    readonly lines: unknown[],
    validBytes: number,
  ) {
    this.fd = openSync(file, existsSync(file) ? 'r+' : 'w+');
    // A last line that was torn by a kill was never answered for.
    ftruncateSync(this.fd, validBytes);
    this.end = validBytes;
  }

  /** Throws an error that names the file when it cannot be used. */
  static open(file: string): Log {
    try {
      mkdirSync(dirname(file), { recursive: true });
      const bytes = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
      const validBytes = bytes.lastIndexOf(0x0a) + 1;
      const lines = bytes.subarray(0, validBytes).toString('utf8').split('\n').slice(0, -1);
      return new Log(file, lines.map(parsed), validBytes);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(`the data file ${file} cannot be used: ${why}`, { cause: error });
    }
  }

  append(line: unknown): void {
    if (this.closed) return;
    this.waiting.push(`${JSON.stringify(line)}\n`);
    this.flushing ??= this.flushAll();
  }

  /** Settles when all that was appended so far is on the disk; undefined when it already is. */
  flushed(): Promise<void> | undefined {
    return this.flushing;
  }

  /** Forgets everything but the first line, which says whose log this is. */
  async restart(line: unknown): Promise<void> {
    this.waiting = [];
    this.truncates = true;
    this.append(this.lines[0]);
    this.append(line);
    await this.flushing;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.flushing;
    closeSync(this.fd);
  }

  private truncate(): void {
    this.truncates = false;
    ftruncateSync(this.fd, 0);
    this.end = 0;
  }

  private async flushAll(): Promise<void> {
    // Let the requests that are already read join this write.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.waiting.length > 0) {
      if (this.truncates) this.truncate();
      const bytes = Buffer.from(this.waiting.join(''));
      this.waiting = [];
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await writeAsync(this.fd, bytes, done, bytes.length - done, this.end + done);
        done += bytesWritten;
      }
      this.end += bytes.length;
      await sync(this.fd);
    }
    this.flushing = undefined;
  }
}
