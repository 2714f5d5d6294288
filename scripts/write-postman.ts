import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { collectionOf } from './postman/collection.js';

/** `npm run docs:postman`: openapi.json as a Postman collection. */
const root = new URL('../', import.meta.url);
const file = new URL('docs/postman/guichet.postman_collection.json', root);
const collection = await collectionOf(await readFile(new URL('openapi.json', root), 'utf8'));
await mkdir(new URL('.', file), { recursive: true });
await writeFile(file, `${JSON.stringify(collection, null, 2)}\n`);
