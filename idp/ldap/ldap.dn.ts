/**
 * A distinguished name in a form that can be compared, however the directory wrote it (RFC 4514): cases, blanks and
 * escapes differ between an entry's own name and how its groups name it.
 */
export function normalizeDn(dn: string): string {
  return NEEDS_PARSING.test(dn) ? parse(dn) : dn.toLowerCase();
}

/** Escapes, quotes, several values in one part, blanks around separators, and the old separator. */
const NEEDS_PARSING = /[\\"+;]|\s[,=]|[,=]\s|^\s|\s$|\s\s/;

function parse(dn: string): string {
  return split(dn, /[,;]/)
    .map((part) => split(part, /\+/).map(normalizePair).sort().join('+'))
    .join(',');
}

/** At separators that are neither escaped nor within quotes. */
function split(text: string, separator: RegExp): string[] {
  const parts = [''];
  let isQuoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      isQuoted = !isQuoted;
    }
    if (character === '\\') {
      at += 1;
      parts.push(`${parts.pop()}\\${text.charAt(at)}`);
    } else if (!isQuoted && separator.test(character)) {
      parts.push('');
    } else {
      parts.push(`${parts.pop()}${character}`);
    }
  }
  return parts;
}

function normalizePair(pair: string): string {
  const at = pair.indexOf('=');
  const [type, value] = [pair.slice(0, at), pair.slice(at + 1)];
  const plain = unescapeValue(trimEnds(value)).toLowerCase().replace(/\s+/g, ' ').trim();
  // Written with one kind of escape again, so that a comma inside a value never looks like one between two.
  return `${type.trim().toLowerCase()}=${plain.replace(/[\\,+;="]/g, '\\$&')}`;
}

/** A blank that is escaped belongs to the value. */
function trimEnds(value: string): string {
  const trimmed = value.trim();
  const unquoted = /^"(.*)"$/s.exec(trimmed)?.[1] ?? trimmed;
  return unquoted.endsWith('\\') && value.endsWith(' ') ? `${unquoted} ` : unquoted;
}

/** RFC 4514 §3: `\2C` and `\,` are the same, and pairs of digits in a row are the bytes of UTF-8. */
function unescapeValue(value: string): string {
  return value
    .replace(/(?:\\[0-9a-f]{2})+/gi, (bytes) =>
      Buffer.from(bytes.replaceAll('\\', ''), 'hex').toString().replaceAll('\\', '\\\\'),
    )
    .replace(/\\(.)/gs, '$1');
}
