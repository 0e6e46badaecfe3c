// Tests that draw at random prove more the longer they run. `npm test` has their short form; `npm run test:long`, which
// CI runs as well, the long one: the same assertions on more of the same.

export const sized = (short: number, long: number): number => (process.env.SELVAGE_LONG === "1" ? long : short);
