/**
 * Keeps a stream of requests at one in flight and one waiting: while a request runs, only the newest
 * of those that arrive is kept. That is what a dragged picture or a moving slider needs.
 *
 * The returned function resolves with the reply, or with undefined for a request that a newer one
 * replaced before it started. A failed request rejects its own promise and does not stop the next.
 */
export function latestOnly<Request, Reply>(
  send: (request: Request) => Promise<Reply>,
): (request: Request) => Promise<Reply | undefined> {
  interface Waiting {
    request: Request;
    resolve(reply: Reply | undefined | Promise<Reply>): void;
  }
  let running = false;
  let waiting: Waiting | undefined;

  function start({ request, resolve }: Waiting): void {
    running = true;
    const reply = send(request);
    resolve(reply);
    reply
      .catch(() => undefined)
      .then(() => {
        running = false;
        const next = waiting;
        waiting = undefined;
        if (next !== undefined) start(next);
      });
  }

  return (request) =>
    new Promise((resolve) => {
      if (!running) return start({ request, resolve });
      waiting?.resolve(undefined);
      waiting = { request, resolve };
    });
}
