/** What the page lets a person ask for. */
export const MOST_GROUPS = 1000;
export const LARGEST_SEED = 999_999;
