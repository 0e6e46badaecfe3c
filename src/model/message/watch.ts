// What somebody who watches wants to see of requests that end, told to isolates for as long as they watch.

/** Absent members do not narrow. */
export interface RequestFilter {
  readonly service?: string;
  /** This status or a higher one. */
  readonly leastStatus?: number;
  readonly method?: string;
  /** As it begins. */
  readonly path?: string;
  /** A principal, `user`, or `anonymous`. */
  readonly caller?: string;
}

export interface Watch extends RequestFilter {
  /** Random. */
  readonly id: string;
  /** Who watches, as a tenant: places are shared among them; absent = an earlier release told it. */
  readonly by?: string;
  /** Namespaces that requests went to, empty = none of them; null = of all, and those that went nowhere. */
  readonly namespaces: readonly string[] | null;
  /** It ends by itself after so long, unless it is told anew. */
  readonly forMs: number;
}
