/** Enough for two digits of an interval, and quick enough for a page. */
export const PAGE_RESAMPLES = { resamples: 2000, permutations: 2000 };
