/**
 * The published probe's rule: the answer is the part before `', '`, which has to start with Yes or No
 * in any case. Other than a bare prefix test, a longer word (`Nothing`, `Yesterday`) is neither.
 * @returns null where the output says neither; that counts as wrong and is reported as unparsed
 */
export function parseAnswer(output: string): 'Yes' | 'No' | null {
  const head = output.trim().split(', ')[0]!;
  const word = /^(yes|no)(?![\p{L}\p{N}])/iu.exec(head)?.[1];
  if (word === undefined) return null;
  return word.toLowerCase() === 'yes' ? 'Yes' : 'No';
}
