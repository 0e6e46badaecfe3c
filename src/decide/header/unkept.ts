// What every answer below the mesh's own prefix says: nobody keeps it, nor takes it for what it does not say it is.

/** Writes into the answer's headers. */
export function unkept(answer: Response): Response {
  const { headers } = answer;
  headers.set("x-content-type-options", "nosniff");
  // A file of the dashboard is named after its content, and the same for everybody.
  if (!/no-store|immutable/.test(headers.get("cache-control") ?? "")) {
    headers.set("cache-control", "no-store");
  }
  return answer;
}
