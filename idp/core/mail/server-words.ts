const LONGEST = 200;
const BASE64_WORD = /[\w+/-]{2,}/g;

/** What a server said, as one line that fits into a condition and never carries the password. */
export function toServerWords(text: string, password: string | null): string {
  // A server may well repeat the command that it refuses.
  if (password && carries(text, password)) {
    return '(the server repeated the password, so its words are left out)';
  }
  const line = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return line.length > LONGEST ? `${line.slice(0, LONGEST - 1)}…` : line;
}

function carries(text: string, password: string): boolean {
  return text.includes(password) || (text.match(BASE64_WORD) ?? []).some(decodesTo(password));
}

/** SASL PLAIN wraps the password together with the name, so it may begin anywhere in the word. */
function decodesTo(password: string) {
  return (word: string) =>
    [0, 1, 2, 3].some((offset) =>
      Buffer.from(word.slice(offset), 'base64').toString().includes(password),
    );
}
