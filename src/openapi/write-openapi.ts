import { readFile, writeFile } from 'node:fs/promises';
import { allRoutes } from '../routes/all-routes.js';
import { buildDocument } from './document.js';

const file = new URL('../../openapi.json', import.meta.url);
const wanted = `${JSON.stringify(buildDocument(allRoutes), null, 2)}\n`;

if (process.argv.includes('--check')) {
  const present = await readFile(file, 'utf8').catch(() => '');
  if (present !== wanted) {
    process.stderr.write('openapi.json is not current: run node --import tsx src/openapi/write-openapi.ts\n');
    process.exitCode = 1;
  }
} else {
  await writeFile(file, wanted);
}
