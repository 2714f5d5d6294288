import tseslint from 'typescript-eslint';

// ESLint does only what Biome cannot: rules that need types, and the three rules of this house.

const noEnvironment = [
  {
    selector: "MemberExpression[object.name='process'][property.name='env']",
    message: 'Only src/config and the entry points read the environment; pass the value in.',
  },
];

const noBooleanFlags = [
  {
    selector:
      ":function[params.length>1] > Identifier.params[typeAnnotation.typeAnnotation.type='TSBooleanKeyword']",
    message: 'A bare true says nothing at the call: use an options object, or two functions.',
  },
];

/** Object literals whose keys are MongoDB operators; `allowed` names those that may stay. */
const noOperators = (allowed) => {
  const pattern = allowed.length === 0 ? '/^\\$/' : `/^\\$(?!(${allowed.join('|')})$)/`;
  const message =
    'Query operators come from repositories/query.ts, so that request data can never become one (DESIGN section 4).';
  return [
    { selector: `ObjectExpression > Property > Identifier.key[name=${pattern}]`, message },
    { selector: `ObjectExpression > Property > Literal.key[value=${pattern}]`, message },
  ];
};

const UPDATES = ['set', 'inc', 'unset', 'setOnInsert'];

// Code on the driver's own collection, where Mongoose's operators-only-from-query.ts cannot reach, and query.ts.
const RAW = [
  ...['query', 'lease', 'locks', 'webhook-events', 'stored-events', 'inbox-state', 'event-bodies'],
  ...['stripe-objects', 'commit-changes', 'stores', 'idempotency-keys', 'sync-cursors', 'inbox-comparison'],
];

const restrict = (...rules) => ({ 'no-restricted-syntax': ['error', ...rules.flat()] });

// biome-ignore lint/style/noDefaultExport: ESLint reads the default export.
export default [
  { ignores: ['dist/', 'coverage/', 'node_modules/', '.guichet/', '**/*.js', '**/*.cjs', '**/*.mjs'] },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      // Without it an error inside a try block is thrown where nobody catches it.
      '@typescript-eslint/return-await': ['error', 'error-handling-correctness-only'],
      // Stripe's unions grow: a switch names every member, or has a default that means it.
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/no-for-in-array': 'error',
      // What was caught may be thrown on.
      '@typescript-eslint/only-throw-error': ['error', { allowThrowingUnknown: true }],
      '@typescript-eslint/prefer-promise-reject-errors': 'error',
      'max-params': ['error', 3],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      'max-lines': ['error', { max: 300 }],
      ...restrict(noEnvironment, noBooleanFlags),
    },
  },
  { files: ['sandbox/**/*.ts'], rules: { 'max-lines': ['error', { max: 450 }] } },
  { files: ['src/**/*.ts'], rules: restrict(noEnvironment, noBooleanFlags, noOperators([])) },
  {
    files: ['src/repositories/**/*.ts', 'src/models/**/*.ts', 'src/db/**/*.ts'],
    rules: restrict(noEnvironment, noBooleanFlags, noOperators(UPDATES)),
  },
  {
    // Partial indexes of the models, server commands of db/, and RAW (see above).
    files: [
      'src/models/**/*.ts',
      'src/db/**/*.ts',
      'migrations/**/*.ts',
      ...RAW.map((name) => `src/repositories/${name}.ts`),
    ],
    rules: restrict(noEnvironment, noBooleanFlags),
  },
  // `$ref` is OpenAPI's.
  { files: ['src/openapi/**/*.ts'], rules: restrict(noEnvironment, noBooleanFlags, noOperators(['ref'])) },
  {
    files: ['src/config/**/*.ts', 'src/server.ts', 'src/worker.ts', 'bin/**/*.ts'],
    rules: restrict(noBooleanFlags),
  },
  {
    files: ['tests/**/*.ts', '**/*.test.ts', 'scripts/**/*.ts', 'bench/**/*.ts', 'embedded/fixtures/**/*.ts'],
    rules: {
      'no-restricted-syntax': 'off',
      'max-lines': 'off',
      'max-lines-per-function': 'off',
    },
  },
];
