import type { UseCaseDependencies } from '../../dependencies.js';
import type { GapFillUseCases } from './gap-fill-use-cases.js';

export function listGapFill({ repositories }: UseCaseDependencies): GapFillUseCases['listGapFill'] {
  return async ({ limit, after }) => {
    const found = await repositories.syncCursors.list('gap_fill', { after, limit: limit + 1 });
    const rows = found.slice(0, limit);
    return { rows, next: found.length > limit ? (rows.at(-1)?._id ?? null) : null };
  };
}
