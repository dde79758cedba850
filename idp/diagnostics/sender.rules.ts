import type { Finding } from './finding.ts';

/** The texts of a name; null when DNS says that neither it nor anything below it exists. */
export type Answer = string[] | null;

/** Look-ups that a receiver makes for one SPF record (RFC 7208 §4.6.4). */
const MAX_LOOKUPS = 10;
const LOOKUP = /^[+?~-]?(include:|a([:/]|$)|mx([:/]|$)|ptr(:|$)|exists:)|^redirect=/;

/** Who may send for the domain (RFC 7208). Whether our server is among them only its operator knows. */
export function judgeSpf(domain: string, answer: Answer): Finding {
  const values = { domain };
  const records = (answer ?? []).filter((text) => /^v=spf1( |$)/i.test(text));
  const [record] = records;
  const facts = records.map((text): [string, string] => [`TXT ${domain}`, text]);
  if (record === undefined) {
    return { status: 'warning', code: 'missing', values };
  }
  if (records.length > 1) {
    return { status: 'failed', code: 'several', values, facts };
  }
  const terms = record.toLowerCase().split(/ +/).slice(1);
  const lookups = terms.filter((term) => LOOKUP.test(term)).length;
  if (lookups > MAX_LOOKUPS) {
    return { status: 'failed', code: 'too_long', values: { ...values, lookups }, facts };
  }
  const isOpen = terms.some((term) => /^[+?]?all$/.test(term));
  const isClosed = terms.some((term) => /^[-~]all$|^redirect=/.test(term));
  return isClosed && !isOpen
    ? { status: 'ok', code: 'found', values, facts }
    : { status: 'warning', code: 'open', values, facts };
}

/**
 * The name of a key is made up by who signs, and stands in the mails alone, so no key can be looked up here. But where
 * nothing exists below `_domainkey` there is none (RFC 8020).
 */
export function judgeDkim(name: string, answer: Answer): Finding {
  return answer === null
    ? { status: 'warning', code: 'missing', values: { name } }
    : { status: 'ok', code: 'possible', values: { name } };
}

/** The domain and those above it, without the top: what a receiver asks for (RFC 7489 §6.6.3, by walking up). */
export function listDmarcNames(domain: string): string[] {
  const labels = domain.split('.');
  return labels
    .slice(0, Math.max(1, labels.length - 1))
    .map((_, index) => `_dmarc.${labels.slice(index).join('.')}`);
}

/** What receivers shall do with mail that nobody vouches for. */
export function judgeDmarc(domain: string, answers: { name: string; answer: Answer }[]): Finding {
  const values = { domain };
  const found = answers
    .map(({ name, answer }) => ({
      name,
      records: (answer ?? []).filter((text) => /^v=DMARC1\s*(;|$)/i.test(text)),
    }))
    .find(({ records }) => records.length > 0);
  const [record] = found?.records ?? [];
  if (!found || record === undefined) {
    return { status: 'warning', code: 'missing', values };
  }
  const facts = found.records.map((text): [string, string] => [`TXT ${found.name}`, text]);
  if (found.records.length > 1) {
    return { status: 'failed', code: 'several', values, facts };
  }
  const tags = readTags(record);
  const isAbove = found.name !== `_dmarc.${domain}`;
  const policy = (isAbove ? tags.get('sp') : undefined) ?? tags.get('p');
  switch (policy) {
    case 'reject':
    case 'quarantine':
      return { status: 'ok', code: 'found', values: { ...values, policy }, facts };
    case 'none':
      return { status: 'warning', code: 'watching', values, facts };
    default:
      return { status: 'failed', code: 'broken', values, facts };
  }
}

function readTags(record: string): Map<string, string> {
  return new Map(
    record.split(';').map((tag) => {
      const [name = '', value = ''] = tag.split('=').map((part) => part.trim().toLowerCase());
      return [name, value];
    }),
  );
}
