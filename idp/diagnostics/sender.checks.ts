import { Resolver } from 'node:dns/promises';
import { findSettings } from '#core';
import type { Check, Finding, Means } from './finding.ts';
import { type Answer, judgeDkim, judgeDmarc, judgeSpf, listDmarcNames } from './sender.rules.ts';

const TIMEOUT_MS = 2_000;
const TRIES = 2;

/** Whether others take mail from the sender's domain for honest, as DNS tells them. */
export const SENDER_CHECKS: Check[] = [
  {
    id: 'spf',
    run: (means) => ofSender(means, async (domain, look) => judgeSpf(domain, await look(domain))),
  },
  {
    id: 'dkim',
    run: (means) =>
      ofSender(means, async (domain, look) => {
        const name = `_domainkey.${domain}`;
        return judgeDkim(name, await look(name));
      }),
  },
  {
    id: 'dmarc',
    run: (means) =>
      ofSender(means, async (domain, look) => {
        const answers = [];
        for (const name of listDmarcNames(domain)) {
          answers.push({ name, answer: await look(name) });
        }
        return judgeDmarc(domain, answers);
      }),
  },
];

type Look = (name: string) => Promise<Answer>;

async function ofSender(
  { em, services }: Means,
  judge: (domain: string, look: Look) => Promise<Finding>,
): Promise<Finding> {
  const settings = await findSettings(em, 'smtp');
  const domain = settings?.value.from.address.split('@').at(-1)?.toLowerCase();
  if (!domain) {
    return { status: 'off', code: 'off' };
  }
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: TRIES });
  const { DNS_SERVERS } = services.config;
  if (DNS_SERVERS.length > 0) {
    resolver.setServers(DNS_SERVERS);
  }
  try {
    return await judge(domain, (name) => lookUp(resolver, name));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const facts: Finding['facts'] = [['dnsError', code ?? String(error)]];
    return { status: 'warning', code: 'dns_silent', values: { domain }, facts };
  }
}

async function lookUp(resolver: Resolver, name: string): Promise<Answer> {
  try {
    return (await resolver.resolveTxt(name)).map((parts) => parts.join(''));
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'ENODATA':
        return [];
      case 'ENOTFOUND':
        return null;
      default:
        throw error;
    }
  }
}
