/** `0.8 s`, `42 s`, `3 min 5 s`, `1 h 12 min`. */
export function duration(milliseconds: number): string {
  // Rounded before it is split, so that no unit shows 60 of the smaller one.
  const tenths = Math.round(milliseconds / 100);
  if (tenths < 100) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
