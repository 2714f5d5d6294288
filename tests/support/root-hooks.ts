import { removeCompiled } from './compiled-sources.js';
import { closeTestMongod } from './mongod.js';
import { closeTestRedis } from './redis.js';

/** Loaded by .mocharc.cjs in every mocha process. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await Promise.all([closeTestMongod(), closeTestRedis(), removeCompiled()]);
  },
};
