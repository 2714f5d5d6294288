import { closeTestMongod } from './mongod.js';

/** Loaded by .mocharc.cjs in every mocha process. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    await closeTestMongod();
  },
};
