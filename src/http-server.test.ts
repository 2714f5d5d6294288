import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { expect } from 'chai';
import { type HttpServer, startHttpServer } from './http-server.js';
import { createInFlight } from './middlewares/in-flight.js';

describe('startHttpServer', () => {
  const inFlight = createInFlight();
  let server: HttpServer;
  const seen: string[] = [];
  let release: () => void = () => undefined;
  let entered: () => void = () => undefined;

  beforeEach(async () => {
    seen.length = 0;
    server = await startHttpServer({
      app: (req, res) => {
        seen.push(`app ${req.url}`);
        if (req.url === '/slow') {
          release = () => res.end('slow');
          entered();
          return;
        }
        res.end('app');
      },
      webhooks: new Map([
        [
          '/api/webhooks/stripe',
          (req, res) => {
            seen.push(`webhook ${req.url}`);
            res.end('webhook');
          },
        ],
      ]),
      port: 0,
      host: '127.0.0.1',
      requestTimeoutMs: 1000,
      headersTimeoutMs: 1000,
      keepAliveTimeoutMs: 60_000,
      inFlight,
    });
  });

  afterEach(() => server.stop(0));

  function get(path: string, agent?: Agent): Promise<string> {
    return new Promise((resolve, reject) => {
      const req = request({ port: server.port, path, ...(agent ? { agent } : {}) }, (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        res.on('end', () => resolve(text));
      });
      req.on('error', reject).end();
    });
  }

  it('sends webhook paths to their own handler, and everything else to the app', async () => {
    const webhooks = ['/api/webhooks/stripe', '/api/webhooks/stripe/', '/api/webhooks/stripe?a=1'];
    for (const path of webhooks) expect(await get(path)).to.equal('webhook');
    for (const path of ['/', '/api/webhooks/stripe2', '/api/webhooks', '/x?/api/webhooks/stripe']) {
      expect(await get(path)).to.equal('app');
    }
    expect(seen).to.have.length(7);
  });

  it('rejects when its port is taken', async () => {
    const options = { app: () => undefined, webhooks: new Map(), host: '127.0.0.1', port: server.port };
    const times = { requestTimeoutMs: 1000, headersTimeoutMs: 1000, keepAliveTimeoutMs: 1000 };
    const failure = await startHttpServer({ ...options, ...times, inFlight }).catch(
      (error: unknown) => error,
    );
    expect(failure).to.have.property('code', 'EADDRINUSE');
  });

  it('lets a request under way end when it stops, on a kept-alive connection too', async () => {
    const agent = new Agent({ keepAlive: true });
    await get('/first', agent);
    const slow = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const answer = get('/slow', agent);
    await slow;
    const stopped = server.stop(5000);
    release();
    expect(await answer).to.equal('slow');
    expect(await stopped).to.equal(true);
    const refused = await get('/late').catch((error: unknown) => error);
    expect(refused).to.have.property('code', 'ECONNREFUSED');
    agent.destroy();
  });

  it('cuts what does not end in time, and says so', async () => {
    const slow = new Promise<void>((resolve) => {
      entered = resolve;
    });
    const answer = get('/slow').catch((error: unknown) => error);
    await slow;
    expect(await server.stop(10)).to.equal(false);
    expect(await answer).to.be.an('error');
  });

  it('waits for work whose client has gone', async () => {
    let finish: () => void = () => undefined;
    const work = inFlight.track(
      new Promise<void>((resolve) => {
        finish = resolve;
      }),
    );
    let stopped = false;
    const stopping = server.stop(5000).then((clean) => {
      stopped = true;
      return clean;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(stopped).to.equal(false);
    finish();
    await work;
    expect(await stopping).to.equal(true);
  });

  it('answers what is no HTTP with 400 and goes on', async () => {
    const text = await new Promise<string>((resolve) => {
      let got = '';
      const socket = connect(server.port, '127.0.0.1', () => socket.write('nonsense\r\n\r\n'));
      socket.on('data', (chunk) => {
        got += chunk;
      });
      socket.on('close', () => resolve(got));
    });
    expect(text).to.match(/^HTTP\/1\.1 400/);
    expect(await get('/')).to.equal('app');
  });
});
