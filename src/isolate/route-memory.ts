// What an isolate remembers of where requests go: the rules that host, path and method leave to choose from. Of one
// snapshot; another one starts anew.
import { candidatesOf, type Candidate } from "../decide/route/candidates.ts";
import type { RouteRequest } from "../decide/route/match.ts";
import { BoundedMap } from "../decide/text/bounded-map.ts";
import type { Router } from "../model/snapshot/snapshot.ts";

const MOST_PATHS = 2000;
/** Longer ones are matched each time: what is remembered stays below a few megabytes. */
const LONGEST_PATH = 512;

type Asked = Pick<RouteRequest, "host" | "path" | "method" | "entry">;

export class RouteMemory {
  #router: Router | null = null;
  readonly #candidates = new BoundedMap<string, readonly Candidate[] | null>(MOST_PATHS);

  get size(): number {
    return this.#candidates.size;
  }

  /** null = the request has to be matched as a whole. */
  candidatesOf(router: Router, asked: Asked): readonly Candidate[] | null {
    const { entry, method, host, path } = asked;
    if (entry.gateway !== null || path.length > LONGEST_PATH) {
      return null;
    }
    if (router !== this.#router) {
      this.#candidates.clear();
      this.#router = router;
    }
    // Neither of these holds a blank.
    const key = `${entry.scheme} ${method} ${host}${path}`;
    const known = this.#candidates.get(key);
    if (known !== undefined) {
      return known;
    }
    const found = candidatesOf(router, asked);
    this.#candidates.set(key, found);
    return found;
  }
}
