import { serve } from '../../src/cli/serve.js';
import type { Role } from '../../src/service.js';

// The service as `guichet serve` runs it, for tests that kill it: `node service-child.js <role>`.
// A test that ends without stopping it closes its standard input.
process.stdin.on('end', () => process.exit(1)).resume();
(process.stdin as { unref?(): void }).unref?.();

try {
  await serve(process.env, (process.argv[2] ?? 'all') as Role);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
}
