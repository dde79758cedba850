/** Two addresses, cut where they differ: what is before and after it they share. */
export type Difference = {
  registered: string;
  before: string;
  /** What the registered one has there, … */
  theirs: string;
  /** … and what was sent instead. */
  sent: string;
  after: string;
};

/** The registered address that was most likely meant, and in what the one that was sent differs. */
export function findNearest(sent: string, registered: string[]): Difference | null {
  const nearest = registered
    .map((url) => ({ url, distance: distanceOf(sent, url) }))
    .toSorted((one, other) => one.distance - other.distance)[0];
  return nearest ? compare(sent, nearest.url) : null;
}

function compare(sent: string, registered: string): Difference {
  const shorter = Math.min(sent.length, registered.length);
  let start = 0;
  while (start < shorter && sent[start] === registered[start]) {
    start += 1;
  }
  let end = 0;
  while (end < shorter - start && sent.at(-1 - end) === registered.at(-1 - end)) {
    end += 1;
  }
  return {
    registered,
    before: sent.slice(0, start),
    theirs: registered.slice(start, registered.length - end),
    sent: sent.slice(start, sent.length - end),
    after: sent.slice(sent.length - end),
  };
}

/** What makes two addresses different in the eyes of who compares them letter for letter, and alike in ours. */
export type Kind = 'slash' | 'case' | 'scheme' | 'host' | 'port' | 'path';

export function nameDifference(sent: string, registered: string): Kind {
  const withoutSlash = (url: string) => url.replace(/\/$/, '');
  if (withoutSlash(sent) === withoutSlash(registered)) {
    return 'slash';
  }
  if (sent.toLowerCase() === registered.toLowerCase()) {
    return 'case';
  }
  const [one, other] = [URL.parse(sent), URL.parse(registered)];
  if (one?.hostname !== other?.hostname) {
    return 'host';
  }
  if (one?.protocol !== other?.protocol) {
    return 'scheme';
  }
  return one?.port === other?.port ? 'path' : 'port';
}

/** Levenshtein's: how many letters would have to be typed differently. Only the beginning of endless ones counts. */
function distanceOf(one: string, other: string): number {
  const [from, to] = [one.slice(0, LONGEST), other.slice(0, LONGEST)];
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const above = row;
    row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const changed = Number(from[i - 1] !== to[j - 1]);
      row.push(Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + changed));
    }
  }
  return row.at(-1) ?? 0;
}

const LONGEST = 300;
