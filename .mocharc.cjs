// Read by every mocha, so that `npx mocha src/domain/money.test.ts` runs like the whole suite does. The list of
// test files is in tests/run.ts: mocha would add a `spec` of this file to the one that was asked for.
module.exports = {
  // Without it, mocha would load TypeScript through require(), as CommonJS: not what runs, and not what children report.
  'node-option': ['import=tsx', 'no-experimental-require-module'],
  require: ['./tests/support/root-hooks.ts'],
  timeout: 20_000,
  slow: 500,
  forbidOnly: true,
};
