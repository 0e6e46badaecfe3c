// Waiting for something no longer than may be.

/**
 * What comes of `work`, or null when nothing has after so long.
 *
 * @param late takes what comes afterwards, where something must be let go of
 */
export function withDeadline<Value>(
  work: Promise<Value>,
  ms: number,
  late: (value: Value) => unknown = () => undefined,
): Promise<Value | null> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      resolve(null);
    }, ms);
    work.then(
      (value) => {
        clearTimeout(timer);
        if (isLate) return late(value);
        return resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
