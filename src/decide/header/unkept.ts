// What every answer below the mesh's own prefix says: nobody keeps it, nor takes it for what it does not say it is.

/** Writes into the answer's headers. */
export function unkept(answer: Response): Response {
  const { headers } = answer;
  headers.set("x-content-type-options", "nosniff");
  if (headers.get("cache-control")?.includes("no-store") !== true) {
    headers.set("cache-control", "no-store");
  }
  return answer;
}
