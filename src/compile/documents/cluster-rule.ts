// Which cluster an endpoint is in, and what that cluster lets its address be. The built-in ones need no document:
// `default` everywhere, `local` in a local mesh; a Cluster document of that name takes their place.

/** The cluster of an endpoint that names none. */
export function builtInCluster(localMesh: boolean): string {
  return localMesh ? "local" : "default";
}

/** What is known of a cluster; null = there is no such cluster. */
export function clusterRule(
  name: string,
  document: { readonly spec: { readonly allowPrivateAddresses: boolean } } | undefined,
  localMesh: boolean,
): { readonly allowPrivate: boolean } | null {
  if (document !== undefined) {
    return { allowPrivate: document.spec.allowPrivateAddresses };
  }
  if (name === "local" && localMesh) {
    return { allowPrivate: true };
  }
  return name === "default" ? { allowPrivate: false } : null;
}
