// Routes by header that steps of Argo's canary set and take away → what always gets the canary. A Rollout's `match`
// holds from its first step to its last, so a route that came later or ended sooner is none.
import { headerMatches, HOLDS_AT_ONCE, type HeaderMatches, type MatchSource } from "../rollout/header-matches.ts";
import type { Field } from "../source/source-field.ts";

interface HeaderRoute {
  readonly field: Field;
  isTakenAway: boolean;
  /** Time went by, with callers on both versions, after it was taken away. */
  isOutlived: boolean;
}

export class HeaderRoutes {
  readonly #allHeaders: boolean;
  readonly #routes = new Map<string, HeaderRoute>();
  #hasBegun = false;
  #isAnyTakenAway = false;

  constructor(allHeaders: boolean) {
    this.#allHeaders = allHeaders;
  }

  /** A step sets a route, or takes it away by setting it without a match. */
  set(field: Field): void {
    const name = field.at("name").text() ?? "";
    const before = this.#routes.get(name);
    if (before !== undefined) {
      before.isTakenAway = true;
      this.#isAnyTakenAway = true;
    }
    if (field.at("match").items().length === 0) {
      return;
    }
    if (this.#hasBegun || before !== undefined) {
      field.drop(
        "A match of a Rollout holds from its first step: this one came later and is left out, and its requests are dealt " +
          "like any other. Write it under match if it may hold from the beginning",
      );
      return;
    }
    this.#routes.set(name, { field, isTakenAway: false, isOutlived: false });
  }

  /** Time goes by at a weight. */
  pass(weight: number): void {
    this.#hasBegun = true;
    if (!this.#isAnyTakenAway || weight >= 100) {
      return;
    }
    for (const route of this.#routes.values()) {
      route.isOutlived ||= route.isTakenAway;
    }
    this.#isAnyTakenAway = false;
  }

  /** @param isGated nobody may get the canary before somebody agrees */
  end(isGated: boolean): HeaderMatches[] {
    const sources: MatchSource[] = [];
    for (const { field, isOutlived } of this.#routes.values()) {
      if (isGated) {
        field.drop(HOLDS_AT_ONCE);
        continue;
      }
      if (isOutlived) {
        field.drop("A match of a Rollout holds to its last step: this one ended sooner and is left out");
        continue;
      }
      const entries = field.at("match").items();
      if (this.#allHeaders) {
        sources.push({ field, headers: entries.map((entry) => headerOf(entry)) });
      } else {
        sources.push(...entries.map((entry) => ({ field: entry, headers: [headerOf(entry)] })));
      }
    }
    return headerMatches(sources);
  }
}

const headerOf = (entry: Field): readonly [string, Field] => [
  entry.at("headerName").text() ?? "",
  entry.at("headerValue"),
];
