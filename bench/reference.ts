// What each variant is measured against: `bare` with that variant's own requests, since a header that only one of them
// is sent would be charged to the mesh. Variants whose requests are alike share one such target.
import type { Target } from "./load/load.ts";

/** The same request as `bare` takes it: its `Host` names the service that it passes to. */
export function asBare(request: string, upstream: string): string {
  return request.replace(/^host: .*$/m, `host: ${upstream}`);
}

interface Paired {
  /** The variants in their order, then what they are measured against. */
  readonly targets: readonly Target[];
  /** For each variant, the target that it is measured against; the first variant against itself. */
  readonly against: readonly number[];
}

/** @param subjects `bare` first */
export function paired(subjects: readonly Target[], upstream: string): Paired {
  const [bare] = subjects;
  if (bare === undefined) {
    return { targets: [], against: [] };
  }
  const targets: Target[] = subjects.map(({ port, pids, requests }) => ({ port, pids, requests }));
  const known = new Map([[shapeOf(bare), 0]]);
  const against = subjects.map((subject) => {
    const shape = shapeOf(subject);
    const found = known.get(shape);
    if (found !== undefined) {
      return found;
    }
    const requests = subject.requests.map((request) => asBare(request, upstream));
    const at = targets.push({ port: bare.port, pids: bare.pids, requests }) - 1;
    known.set(shape, at);
    return at;
  });
  return { targets, against };
}

/** Requests are alike whose headers and bodies have the same lengths; path and host are the variant's own. */
function shapeOf({ requests }: Target): string {
  const [line = "", ...headers] = requests[0]?.trimEnd().split("\r\n") ?? [];
  const answer = /[?&]bytes=\d+/.exec(line)?.[0] ?? "";
  return [answer, ...headers]
    .filter((line) => !/^host:/i.test(line))
    .map((line) => `${line.slice(0, line.indexOf(":"))} ${line.length}`)
    .join("\n");
}
