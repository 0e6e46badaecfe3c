// A short name for a secret, so that it can be told apart without being kept: in keys of limits, which are stored and
// shown. Not a cryptographic hash: who guesses a secret can check the guess, and what could be guessed is no secret to
// begin with.

/** 64 bits as 16 hexadecimal digits behind a `#`; "" stays "". */
export function fingerprint(text: string): string {
  if (text === "") {
    return "";
  }
  let high = 0x811c9dc5;
  let low = 0x9e3779b9;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    high = Math.imul(high ^ code, 0x85ebca6b);
    low = Math.imul(low ^ code, 0xc2b2ae35);
    high ^= low >>> 15;
    low ^= high >>> 13;
  }
  return `#${hex(high)}${hex(Math.imul(low ^ (high >>> 16), 0x27d4eb2d))}`;
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, "0");
}
