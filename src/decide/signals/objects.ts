// Which object adds up what: services are divided among a fixed number of objects, so that a picture of the whole mesh
// is a few questions; the isolates that report to one of them are divided again where one object would have too many.

/** Of a service; requests that led nowhere are one, too. */
export function shardOf(service: string, objects: number): number {
  return hash(service) % objects;
}

/** @param spread how many objects the isolates divide themselves among */
export function objectName(group: number, isolate: string, spread: number): string {
  return nthObject(group, spread <= 1 ? 0 : hash(isolate) % spread);
}

/** The first knows how many there are. */
export function nthObject(group: number, nth: number): string {
  return nth === 0 ? `signals-${group}` : `signals-${group}-${nth}`;
}

function hash(text: string): number {
  let word = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    word = Math.imul(word ^ text.charCodeAt(at), 0x01000193);
    word ^= word >>> 15;
  }
  return Math.imul(word ^ (word >>> 13), 0x85ebca6b) >>> 0;
}
