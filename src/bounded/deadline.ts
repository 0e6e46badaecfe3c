// Waiting for something no longer than may be.

/**
 * What comes of `work`, or null when nothing has after so long.
 *
 * @param late takes what comes afterwards, where something must be let go of
 * @param from when the time begins; absent = now
 */
export function withDeadline<Value>(
  work: Promise<Value>,
  ms: number,
  late: (value: Value) => unknown = () => undefined,
  from?: Promise<void>,
): Promise<Value | null> {
  return new Promise((resolve, reject) => {
    let isLate = false;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | null = null;
    const begin = (): void => {
      if (isOver) {
        return;
      }
      timer = setTimeout(() => {
        isLate = true;
        resolve(null);
      }, ms);
    };
    if (from === undefined) {
      begin();
    } else {
      void from.then(begin);
    }
    const end = (): void => {
      isOver = true;
      if (timer !== null) {
        clearTimeout(timer);
      }
    };
    work.then(
      (value) => {
        end();
        if (isLate) {
          return late(value);
        }
        return resolve(value);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}
