// Waits until a mesh that was just deployed answers: a new name takes a while to be known, a new secret to arrive.

interface Patience {
  readonly milliseconds: number;
  readonly pauseMs: number;
}

/** null = it is ready; else what it answered last. `token` is one that it has to know by then. */
export async function untilReady(url: string, token: string | null, patience: Patience): Promise<string | null> {
  const until = Date.now() + patience.milliseconds;
  for (;;) {
    const last = (await asked(`${url}/_selvage/readyz`, {})) ?? (await known(url, token));
    if (last === null || Date.now() >= until) {
      return last;
    }
    await new Promise((resolve) => setTimeout(resolve, patience.pauseMs));
  }
}

const known = async (url: string, token: string | null): Promise<string | null> =>
  token === null ? null : asked(`${url}/_selvage/v1/whoami`, { authorization: `Bearer ${token}` });

const ONE_TRY_MS = 10_000;

async function asked(url: string, headers: Readonly<Record<string, string>>): Promise<string | null> {
  try {
    const answer = await fetch(url, { headers, redirect: "manual", signal: AbortSignal.timeout(ONE_TRY_MS) });
    await answer.body?.cancel();
    // A login that stands in front of it sends people elsewhere: further in nobody can look from here.
    const isThere = answer.status === 200 || (answer.status >= 300 && answer.status < 400);
    return isThere ? null : `${new URL(url).pathname} answers ${answer.status}`;
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `${new URL(url).pathname} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}
