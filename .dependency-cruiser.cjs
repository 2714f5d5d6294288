// Who may know whom (docs: CONTRIBUTING.md). Each rule says what it protects; a new exception belongs in its rule,
// with a reason. Tests are free: they reach everywhere on purpose.

const TEST = '\\.test\\.ts$';
/** Reads Stripe's types with the compiler, at development time only. */
const GENERATOR = '^sandbox/contract/(generate|convert-types)\\.ts$';
const STRIPE = 'node_modules/stripe/';
const EXPRESS = 'node_modules/express/';
const MONGO = 'node_modules/(mongoose|mongodb)/';

/** A rule for files of one folder that must not reach others. */
const layer = (name, { from, not, comment }) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: TEST },
  to: { path: not },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Two files that need each other are one file, or hide a third; and ESM runs one of them half-loaded.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-unresolvable',
      comment: 'An import that resolves to nothing works only on the machine of its author.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependencies-in-production',
      comment: 'npm ci --omit=dev must be enough to run everything that is built into dist/.',
      severity: 'error',
      from: { path: '^(src|bin|sandbox|embedded|migrations)/', pathNot: [TEST, '/fixtures/', GENERATOR] },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'domain-is-pure',
      comment:
        'The rules of money are read, tested and proved without a database, a clock or a network: no packages.',
      severity: 'error',
      from: { path: '^src/domain/', pathNot: TEST },
      to: { pathNot: '^src/domain/' },
    },
    layer('models-know-nobody', {
      from: '^src/models/',
      not: '^(src/(repositories|services|controllers|routes|middlewares|schemas|jobs|cli|console|openapi|db)/|bin/)',
      comment: 'A model is a schema and its indexes; what is done with it is a repository.',
    }),
    {
      name: 'models-only-from-repositories',
      comment:
        'Every query is a named method of a repository: there it has its index, its session and its limits.',
      severity: 'error',
      from: {
        pathNot: ['^src/(models|repositories|db)/', '^src/container\\.ts$', '^migrations/', '^tests/', TEST],
      },
      to: { path: '^src/models/' },
    },
    layer('repositories-serve', {
      from: '^src/repositories/',
      not: '^src/(services|controllers|routes|middlewares|schemas|jobs|cli|console|openapi)/',
      comment: 'A repository that knew a use case could not be used by the next one.',
    }),
    layer('services-know-no-http', {
      from: '^src/services/',
      not: '^(src/(controllers|routes|middlewares|schemas|console|openapi|cli|jobs)/|.*node_modules/express/)',
      comment: 'Use cases are called by the API, the worker, the command line and tests alike.',
    }),
    layer('controllers-call-services', {
      from: '^src/controllers/',
      not: '^src/(repositories|routes|models|db|jobs|cli)/',
      comment: 'input -> use case -> view; a controller that reads the database skips the rules.',
    }),
    layer('routes-call-controllers', {
      from: '^src/routes/',
      not: '^src/(repositories|models|db|jobs|cli)/',
      comment: 'A route is a path with its schemas, authentication and handler.',
    }),
    layer('middlewares-use-services', {
      from: '^src/middlewares/',
      not: '^src/(repositories|models|db|routes|controllers|jobs|cli)/',
      comment: 'A middleware that needs data asks a service, as a controller does.',
    }),
    layer('schemas-are-shapes', {
      from: '^src/schemas/',
      not: '^src/(services|repositories|models|db|controllers|routes|middlewares|jobs|cli)/',
      comment: 'Request and response schemas are the contract; they change for callers, not for us.',
    }),
    {
      name: 'stripe-in-four-places',
      comment:
        'Every call to Stripe is an operation with our key, deadline and retry: the SDK is a value only where that is made so.',
      severity: 'error',
      from: {
        path: '^(src|bin|migrations)/',
        pathNot: [
          '^src/services/stripe/stripe-gateway\\.ts$',
          '^src/utils/stripe/map-stripe-error\\.ts$',
          '^src/middlewares/stripe/verify-signature\\.ts$',
          '^src/container\\.ts$',
          TEST,
        ],
      },
      to: { path: STRIPE, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'express-in-the-web-layer',
      comment:
        'What knows Express cannot run in the worker, nor be mounted in an app with another version of it.',
      severity: 'error',
      from: {
        path: '^(src|bin|embedded|sandbox|migrations)/',
        pathNot: [
          '^src/(api|app|index|server)\\.ts$',
          '^src/(routes|controllers|middlewares|console|openapi)/',
          TEST,
        ],
      },
      to: { path: EXPRESS },
    },
    {
      name: 'mongodb-in-the-data-layer',
      comment: 'Sessions, write concern and operators are decided in one place.',
      severity: 'error',
      from: {
        path: '^src/',
        pathNot: ['^src/(models|repositories|db)/', '^src/container\\.ts$', TEST],
      },
      to: { path: MONGO, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'src-is-production',
      comment:
        'The service must not carry its local Stripe, its embedded MongoDB or its tests; bin/ joins them.',
      severity: 'error',
      from: { path: '^src/', pathNot: TEST },
      to: { path: '^(sandbox|embedded|tests|scripts|bench|bin)/' },
    },
    {
      name: 'sandbox-knows-no-guichet',
      comment: 'A fake that shares code with what it tests agrees with its mistakes.',
      severity: 'error',
      from: { path: '^sandbox/' },
      to: { path: '^(src|embedded|bin|migrations)/' },
    },
    {
      name: 'embedded-knows-no-guichet',
      comment: 'It brings up servers and folders from what it is told; bin/ is where it meets the service.',
      severity: 'error',
      from: { path: '^embedded/', pathNot: TEST },
      to: { path: '^(src|bin|tests)/' },
    },
    {
      name: 'tests-stay-tests',
      comment: 'Code that runs in production is not imported from a test folder.',
      severity: 'error',
      from: { pathNot: ['^tests/', '/fixtures/', TEST, '^bench/'] },
      to: { path: ['^tests/', TEST, '/fixtures/'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage)/' },
    // Type imports count: a type of a higher layer ties a lower one to it just as well.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json', '.cjs'],
    },
    detectProcessBuiltinModuleCalls: true,
  },
};
