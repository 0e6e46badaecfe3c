// Lists that hold more than one document may.

/** As many at a time as `most`; none of an empty list. */
export function inParts<One>(list: readonly One[], most: number): One[][] {
  return Array.from({ length: Math.ceil(list.length / most) }, (_, part) => list.slice(part * most, (part + 1) * most));
}
