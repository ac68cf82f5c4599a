/** What a hub's refusals mean for a person: what happened, and what to do. */
import { BusyError, RefusedError } from './resumed-download.ts';

export interface HubRequest {
  /** `owner/name`. */
  readonly repository: string;
  readonly revision: string;
  /** Origin of the hub, without a slash at its end. */
  readonly hub: string;
  /** What was asked for: a file, or the list of files. */
  readonly what: string;
  readonly withToken: boolean;
  /** What to do with a token, as in "enter it here". */
  readonly giveToken: string;
}

/**
 * The error for an answer that is no success. The hub tells its reason in `X-Error-Code`
 * (`GatedRepo`, `RepoNotFound`, `RevisionNotFound`, `EntryNotFound`); a repository that is private or
 * not there is 401 without a token, because the hub does not tell the two apart to strangers.
 */
export function refusal(response: Response, request: HubRequest): Error {
  const { status } = response;
  const code = response.headers.get('x-error-code') ?? '';
  if (status === 429 || status === 408 || status >= 500) return busy(response, request);
  if (code === 'GatedRepo' || status === 403) return new RefusedError(gated(status, request));
  if (code === 'RevisionNotFound') return new RefusedError(noRevision(request));
  if (status === 401) return new RefusedError(unknown(request));
  if (status === 404) return new RefusedError(missing(code, request));
  return new RefusedError(
    `${request.hub} refused ${request.what} of ${request.repository} with status ${status}; check the address of the hub, and try again later.`,
  );
}

function gated(
  status: number,
  { repository, hub, what, withToken, giveToken }: HubRequest,
): string {
  const licence = `${hub}/${repository}`;
  const began = `${what} of ${repository} was refused (status ${status})`;
  return withToken
    ? `${began}: the account of this token may not read it. Accept the licence at ${licence} with that account, and give the token the right to read gated repositories at ${hub}/settings/tokens.`
    : `${began}: the model is gated. Sign in and accept its licence at ${licence}, make a token that may read gated repositories at ${hub}/settings/tokens, and ${giveToken}.`;
}

function unknown({ repository, hub, what, withToken, giveToken }: HubRequest): string {
  return withToken
    ? `${what} of ${repository} was refused (status 401): the hub does not know this token. Copy it anew from ${hub}/settings/tokens.`
    : `${what} of ${repository} was refused (status 401): the repository is gated, private, or not there. Check its name; for a gated model accept the licence at ${hub}/${repository}, make a token at ${hub}/settings/tokens, and ${giveToken}.`;
}

function missing(code: string, request: HubRequest): string {
  const { repository, revision, hub, what } = request;
  return code === 'EntryNotFound'
    ? `${repository} has no ${what} at revision ${revision}; check the revision.`
    : `${hub} has no repository ${repository} with a revision ${revision} (status 404); check both names.`;
}

function noRevision({ repository, revision, hub }: HubRequest): string {
  return `${repository} has no revision ${revision}; choose one of ${hub}/${repository}/commits/main.`;
}

function busy(response: Response, { hub }: HubRequest): BusyError {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return new BusyError(
    `${hub} answered with status ${response.status}`,
    Number.isFinite(seconds) ? seconds * 1000 : 0,
  );
}
