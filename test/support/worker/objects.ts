// Durable Objects that cannot be reached.

/** Every call of every object of the namespace rejects, as it does when the platform cannot reach the object. */
export function failingNamespace<T extends Rpc.DurableObjectBranded>(
  namespace: DurableObjectNamespace<T>,
): DurableObjectNamespace<T> {
  const stub = new Proxy(
    {},
    { get: () => async () => Promise.reject(new Error("Durable Object is overloaded. Too many requests queued.")) },
  );
  return new Proxy(namespace, { get: (_, name) => (name === "getByName" ? () => stub : undefined) });
}
