import type { Environment } from '../config/env.js';
import type { FieldChange } from '../domain/rows/snapshot-note.js';
import type { TimelineEntry } from '../domain/timeline.js';
import { createRepositories } from '../repositories/repositories.js';
import { findStory } from '../services/payments/find-story.js';
import { readStory } from '../services/payments/read-story.js';
import { withDatabase } from './with-database.js';

/** The story of what an id names, a paragraph for each thing that happened. Throws for an id that names nothing. */
export function explain(environment: Environment, id: string): Promise<string[]> {
  return withDatabase(environment, async (database) => {
    const repositories = createRepositories(database);
    const story = await findStory(repositories, id);
    const { entries, complete } = await readStory(repositories, story);
    const about = [...story.ids, ...story.laneKeys].join(', ');
    const end = complete ? [] : ['', 'There is more than is told here: some of it is left out.'];
    return [`${id}: ${about}`, '', ...entries.flatMap(linesOf), ...end];
  });
}

function linesOf({ at, kind, text, changes }: TimelineEntry): string[] {
  return [`${at.toISOString()}  ${kind.padEnd(9)}  ${text}`, ...changes.map(changeLine)];
}

function changeLine({ id, field, from, to }: FieldChange): string {
  return `${' '.repeat(37)}${id} ${field}: ${from ?? 'nothing'} -> ${to ?? 'nothing'}`;
}
