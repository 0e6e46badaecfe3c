// Numbers with their noun, for sentences.

/** `counted(1, "service")` = "1 service", `counted(2, "service")` = "2 services". */
export const counted = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? "" : "s"}`;
