// The key of what shares one place because there are too many keys. No request can have it: keys are JSON, or empty.
export const OVERFLOW_KEY = "\u0000overflow";
