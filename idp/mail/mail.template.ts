import { type MailContent, type MailKind, toAccents } from '#core';
import de from './locales/de.json' with { type: 'json' };
import en from './locales/en.json' with { type: 'json' };
import fr from './locales/fr.json' with { type: 'json' };

const LOCALES: Record<string, Record<string, string>> = { en, de, fr };

export interface RenderedMail {
  subject: string;
  text: string;
  html: string;
}

interface Instance {
  /** What pages and mails call this Permiso. */
  name: string;
  appUrl: string;

  /** The colour that was chosen, if one was. */
  accent?: string | null;
}

/** Where the button leads when the mail brings no link of its own. */
const PAGES: Partial<Record<MailKind, string>> = {
  address_in_use: '/login',
  new_device: '/settings/account/security',
  passkey_added: '/settings/account/security',
  passkey_removed: '/settings/account/security',
  api_key_expiring: '/settings/account/api-keys',
  tokens_revoked: '/settings/account/security',
};

/** The mail in the person's language, as text and as HTML that says the same. */
export function renderMail(
  { kind, values }: MailContent,
  { name, appUrl, accent = null }: Instance,
  language: string | null,
): RenderedMail {
  const locale = language && language in LOCALES ? language : 'en';
  const words = { name, appUrl, ...toWords(values, locale) };
  const say = (key: string) => fill(LOCALES[locale]?.[key] ?? '', words);
  const page = PAGES[kind];
  const parts = {
    title: say(`${kind}.title`),
    paragraphs: [say(`${kind}.text`), say(`${kind}.note`)].filter(Boolean),
    button: say(`${kind}.button`),
    link: 'link' in values ? values.link : page && `${appUrl}${page}`,
    footer: say('footer'),
  };
  return {
    subject: say(`${kind}.subject`),
    text: toText(parts),
    html: toHtml(parts, locale, accent),
  };
}

interface Parts {
  title: string;
  paragraphs: string[];
  button: string;
  link: string | undefined;
  footer: string;
}

function toText({ title, paragraphs, button, link, footer }: Parts): string {
  const [first = '', ...others] = paragraphs;
  const call = link ? [`${button}:\n${link}`] : [];
  return [title, first, ...call, ...others, `-- \n${footer}`].join('\n\n');
}

function toHtml(
  { title, paragraphs, button, link, footer }: Parts,
  locale: string,
  accent: string | null,
): string {
  const [first = '', ...others] = paragraphs.map((text) => `<p>${escapeHtml(text)}</p>`);
  const call = link
    ? `<p style="margin:28px 0"><a href="${escapeHtml(link)}" style="${toButton(accent ?? ACCENT)}">${escapeHtml(button)}</a></p>
       <p style="${SMALL}">${escapeHtml(link)}</p>`
    : '';
  return `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="color-scheme" content="light dark"></head>
<body style="${BODY}"><div style="max-width:34rem;margin:0 auto"><h1 style="font-size:20px">${escapeHtml(title)}</h1>
${first}${call}${others.join('')}<p style="${SMALL};margin-top:36px">${escapeHtml(footer)}</p></div></body></html>`;
}

const BODY = 'margin:0;padding:32px 20px;font:16px/1.5 system-ui,sans-serif';
const ACCENT = '#0b6b52';
const SMALL = 'font-size:13px;color:#74786f;word-break:break-all';

/** In the colour that light pages have: few mail programs tell which theme it is. */
function toButton(colour: string): string {
  const { accent, onAccent } = toAccents(colour).light;
  return `display:inline-block;padding:11px 20px;border-radius:10px;background:${accent};color:${onAccent};text-decoration:none`;
}

/** Times are told in UTC: nobody knows in which zone the mail will be read. */
function toWords(values: object, locale: string): Record<string, string> {
  const date = new Intl.DateTimeFormat(locale, {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  return Object.fromEntries(
    Object.entries(values as Record<string, string>).map(([key, value]) =>
      key === 'at' || key === 'expiresAt'
        ? [key, `${date.format(new Date(value))} UTC`]
        : [key, value],
    ),
  );
}

function fill(text: string, words: Record<string, string>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => words[name] ?? whole);
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => ENTITIES[sign] ?? sign);
}
