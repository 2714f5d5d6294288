import { serve } from '../../src/cli/serve.js';

/** A worker in a process of its own, for tests that kill it. */
await serve(process.env, 'worker');
