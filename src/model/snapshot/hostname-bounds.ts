// Where hostnames of several namespaces lie within each other. Absent where they do not, which is nearly everywhere.

export interface HostnameBounds {
  /**
   * Hostname → namespace, for `shop.example.com` within another's `*.example.com`: a request for the inner one goes no
   * further out than its own namespace.
   */
  readonly nested?: Readonly<Record<string, string>>;
  /** Hostnames that listeners name: for their requests, and no further out, the built-in Gateway is not asked. */
  readonly named?: Readonly<Record<string, true>>;
}
