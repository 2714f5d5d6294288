import 'dotenv/config';
import { serve } from './cli/serve.js';
import { ConfigError } from './config/env.js';

try {
  await serve(process.env, 'all');
} catch (error) {
  process.stderr.write(
    `${error instanceof ConfigError || error instanceof Error ? error.message : String(error)}\n`,
  );
  process.exitCode = 1;
}
