// Documents as a neighbour writes them.
export const gatewayApi = "gateway.networking.k8s.io/v1";
export const doc = (
  kind: string,
  name: string,
  spec: string,
  namespace = "evil",
  apiVersion = "selvage.dev/v1",
): string =>
  `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: ${name}, namespace: ${namespace}}, spec: ${spec}}\n---\n`;
export const route = (name: string, spec: string, namespace = "evil"): string =>
  doc("HTTPRoute", name, spec, namespace, gatewayApi);
export const CONSUMER = "parentRefs: [{kind: Service, name: orders, namespace: shop}]";
export const OWN = "rules: [{backendRefs: [{name: front}]}]";
