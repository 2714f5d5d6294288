import type { IncomingMessage } from 'node:http';

export type RawBodyProblem = 'too_large' | 'too_slow' | 'already_parsed' | 'aborted';

export type RawBody = { ok: true; bytes: Buffer } | { ok: false; reason: RawBodyProblem };

interface HostRequest extends IncomingMessage {
  body?: unknown;
  rawBody?: unknown;
}

/**
 * The bytes of a request as they came. A host that has read them already may leave them in `rawBody`, or in `body`
 * as a Buffer (`express.raw`); an object that a parser made of them is no use, because a signature covers bytes.
 */
export async function readRawBody(
  req: HostRequest,
  limits: { bytes: number; timeoutMs: number },
): Promise<RawBody> {
  const read = [req.rawBody, req.body].find((candidate) => candidate instanceof Uint8Array);
  if (read instanceof Uint8Array) {
    const bytes = Buffer.isBuffer(read) ? read : Buffer.from(read);
    return bytes.length > limits.bytes ? { ok: false, reason: 'too_large' } : { ok: true, bytes };
  }
  if (req.readableDidRead) return { ok: false, reason: 'already_parsed' };
  if (Number(req.headers['content-length'] ?? 0) > limits.bytes) return { ok: false, reason: 'too_large' };
  return readStream(req, limits);
}

function readStream(req: IncomingMessage, limits: { bytes: number; timeoutMs: number }): Promise<RawBody> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (result: RawBody) => {
      clearTimeout(timer);
      req.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      if (!result.ok) req.pause();
      resolve(result);
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > limits.bytes) finish({ ok: false, reason: 'too_large' });
    };
    const onEnd = () => {
      const [first] = chunks;
      finish({ ok: true, bytes: chunks.length === 1 && first ? first : Buffer.concat(chunks, length) });
    };
    const onClose = () => finish({ ok: false, reason: 'aborted' });
    const timer = setTimeout(() => finish({ ok: false, reason: 'too_slow' }), limits.timeoutMs);
    req.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}
