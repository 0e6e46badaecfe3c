// Optional white space of HTTP (RFC 9110 §5.6.3: spaces and tabs) off both ends of a text that a stranger wrote. By
// hand, because `/[ \t]+$/` looks at a run of spaces inside the text once for each of them.

export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) {
    start++;
  }
  while (end > start && isSpace(text.charCodeAt(end - 1))) {
    end--;
  }
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
