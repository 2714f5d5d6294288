import type { Answer, ApiRequest } from './exchange.js';

/** Answers requests that are not for the API. */
export type Page = (request: ApiRequest) => Answer | Promise<Answer>;

/** What is served beside the API, by the beginning of its path: `/c/pay` takes `/c/pay` and `/c/pay/…`; `/` takes only itself. */
export type Pages = Readonly<Record<string, Page>>;

/** The page with the longest beginning of this path; undefined leaves the path to the API. */
export function pageFor(pages: Pages, path: string): Page | undefined {
  const prefix = Object.keys(pages)
    .filter((start) => path === start || path.startsWith(`${start}/`))
    .sort((a, b) => b.length - a.length)[0];
  return prefix === undefined ? undefined : pages[prefix];
}
