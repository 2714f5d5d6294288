/** One module of several that make a script: its name as the others import it, and its text. */
export interface Module {
  name: string;
  source: string;
}

const IMPORT = /^import\s[^;]*?from '\.\/([\w-]+)\.js';\n/gm;

/**
 * Joins ES modules of one folder into a classic script, since that is what a page includes. It relies on how they are
 * written: only named imports without renaming, declarations exported where they stand, and no name used twice.
 */
export function bundle(entry: string, read: (name: string) => string): string {
  const modules: Module[] = [];
  collect(entry, read, modules);
  const body = modules.map(({ source }) => source.replaceAll(IMPORT, '').replaceAll(/^export /gm, ''));
  return `(() => {\n'use strict';\n${body.join('\n')}\n})();\n`;
}

/** What a module imports comes before it. */
function collect(name: string, read: (name: string) => string, modules: Module[]): void {
  if (modules.some((module) => module.name === name)) return;
  const source = read(name);
  for (const [, imported = ''] of source.matchAll(IMPORT)) collect(imported, read, modules);
  if (!modules.some((module) => module.name === name)) modules.push({ name, source });
}
