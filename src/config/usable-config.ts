import { type Config, ConfigError, type ConfigProblem, type Environment, loadConfig } from './env.js';

export interface UsableConfig {
  /** Holds only the settings that are right; what is wrong counts as not given. */
  config: Config;
  /** What `guichet serve` would refuse to start for. */
  problems: readonly ConfigProblem[];
}

/** For a diagnosis, which one wrong setting must not keep from looking at the rest. Throws nothing. */
export function loadUsableConfig(environment: Environment): UsableConfig {
  const problems = [...problemsOf(() => loadConfig(environment, { command: 'serve' }))];
  let rest = environment;
  for (;;) {
    const found = problemsOf(() => loadConfig(rest, { command: 'dev' }));
    if (found.length === 0) return { config: loadConfig(rest, { command: 'dev' }), problems };
    rest = without(rest, found);
  }
}

function problemsOf(load: () => unknown): readonly ConfigProblem[] {
  try {
    load();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

function without(environment: Environment, problems: readonly ConfigProblem[]): Environment {
  const wrong = new Set(problems.map(({ name }) => name));
  // Times are limits of one another, also of defaults, so that they go together.
  const timesToo = problems.some(({ name }) => name.endsWith('_MS'));
  const kept = Object.entries(environment).filter(
    ([name]) => !wrong.has(name) && !(timesToo && name.endsWith('_MS')),
  );
  return Object.fromEntries(kept);
}
