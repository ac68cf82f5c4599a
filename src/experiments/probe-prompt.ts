/** The published probe's question, to the letter; `{caption}` stands for the caption. */
export const PROBE_PROMPT =
  "Determine if there is a sub-image in the given image that matches the text following.\nText: {caption}\nThe answer should only contain 'Yes' or 'No', without reasoning process.\n";

/** The question about one caption. The caption is text: nothing in it is interpreted. */
export function probePrompt(caption: string): string {
  return PROBE_PROMPT.replace('{caption}', () => caption);
}
