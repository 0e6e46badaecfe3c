// RSA keys of Infineon's library (CVE-2017-15361), whose primes have so little chance in them that the private key is
// found from the public one. Told by the moduli's fingerprint: M. Nemec, M. Sys, P. Svenda, D. Klinec, V. Matyas, "The
// Return of Coppersmith's Attack", ACM CCS 2017, §3. One good modulus in about 10^8 has it by chance.

/** Primes for which the powers of 65537 are few. */
const PRIMES = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157] as const;
const GENERATOR = 65_537;

const POWERS: readonly (readonly [prime: bigint, powers: ReadonlySet<number>])[] = PRIMES.map((prime) => {
  const powers = new Set<number>();
  for (let power = 1; !powers.has(power); power = (power * GENERATOR) % prime) {
    powers.add(power);
  }
  return [BigInt(prime), powers];
});

/** Both primes, and so the modulus, are powers of 65537 to each of the small primes. */
export function hasRocaFingerprint(modulus: bigint): boolean {
  return POWERS.every(([prime, powers]) => powers.has(Number(modulus % prime)));
}
