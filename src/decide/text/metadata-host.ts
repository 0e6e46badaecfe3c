// Addresses at which clouds hand out credentials to whoever asks from inside a machine. Nobody runs a service there, so
// no document leads there, whatever its cluster allows. The link-local ones (169.254.169.254) are refused as such.

const NAMES: ReadonlySet<string> = new Set([
  "metadata",
  "metadata.google.internal",
  "metadata.goog",
  "metadata.azure.internal",
  "metadata.azure.com",
  "instance-data",
  "instance-data.ec2.internal",
  "metadata.oraclecloud.com",
  "metadata.tencentyun.com",
  "metadata.packet.net",
  "metadata.platformequinix.com",
  "rancher-metadata",
  "api.metadata.cloud.ibm.com",
]);
const ADDRESSES: ReadonlySet<string> = new Set([
  // Alibaba, Oracle (classic), Azure's WireServer.
  "100.100.100.200",
  "192.0.0.192",
  "168.63.129.16",
  // AWS: metadata, pod identity; Google; Oracle.
  "[fd00:ec2::254]",
  "[fd00:ec2::23]",
  "[fd20:ce::254]",
  "[fd00:c1::a9fe:a9fe]",
]);

/** @param host as a WHATWG URL has it: lower case, an IPv6 address in brackets and at its shortest */
export function isMetadataHost(host: string): boolean {
  if (host.startsWith("[")) {
    return ADDRESSES.has(host) || ADDRESSES.has(mapped(host));
  }
  const name = host.endsWith(".") ? host.slice(0, -1) : host;
  return NAMES.has(name) || ADDRESSES.has(name);
}

/** `[::ffff:6464:64c8]`, and what NAT64 makes of it, as the IPv4 address that it is. */
function mapped(host: string): string {
  const [, high, low] = /^\[(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host) ?? [];
  if (high === undefined || low === undefined) {
    return "";
  }
  return [high, low]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((group) => [group >> 8, group & 255])
    .join(".");
}
