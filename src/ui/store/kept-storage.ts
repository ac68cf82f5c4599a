/**
 * Asks the browser to keep what it stores for the page even when space runs short. It may ask the person,
 * refuse, or decide alone; runs are kept in any case, but may be cleared.
 */
export function askToPersist(): void {
  // Absent where the page is not secure.
  navigator.storage?.persist?.().catch(() => undefined);
}

/** Whether it does; undefined where the browser does not tell. */
export async function isPersistent(): Promise<boolean | undefined> {
  return navigator.storage?.persisted?.().catch(() => undefined);
}
