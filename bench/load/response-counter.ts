// Counts complete HTTP/1.1 answers in a byte stream and checks their status: as little parsing as a load generator can
// do.

export class ResponseCounter {
  #held = "";

  /**
   * Takes the next bytes (as latin1 text) and returns the statuses of the answers that are now complete.
   * Knows `content-length` and chunked bodies; an answer with neither has no body.
   */
  take(chunk: string): number[] {
    this.#held += chunk;
    const statuses: number[] = [];
    for (;;) {
      const end = this.#end();
      if (end === -1) {
        return statuses;
      }
      statuses.push(Number(this.#held.slice(9, 12)));
      this.#held = this.#held.slice(end);
    }
  }

  /** Where the first answer ends, or -1 while it is not all there. */
  #end(): number {
    const headers = this.#held.indexOf("\r\n\r\n");
    if (headers === -1) {
      return -1;
    }
    const head = this.#held.slice(0, headers).toLowerCase();
    const body = headers + 4;
    if (head.includes("\r\ntransfer-encoding: chunked")) {
      const last = this.#held.indexOf("0\r\n\r\n", body);
      return last === -1 ? -1 : last + 5;
    }
    const at = head.indexOf("\r\ncontent-length: ");
    const end = body + (at === -1 ? 0 : Number.parseInt(head.slice(at + 18), 10));
    return end <= this.#held.length ? end : -1;
  }
}
