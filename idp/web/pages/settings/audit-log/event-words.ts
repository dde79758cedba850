import type { AuditEventView } from '#api';
import { formatTime, type Key, keysUnder, t, type Values } from '#web/locales/locales.ts';

type Actor = AuditEventView['actor'];
type Target = NonNullable<AuditEventView['target']>;

const ACTORS: Record<Actor['kind'], Key> = {
  user: 'audit.actor.user',
  api_key: 'audit.actor.apiKey',
  resource: 'audit.actor.resource',
  ldap: 'audit.actor.ldap',
  admin: 'audit.actor.admin',
  rescue: 'audit.actor.rescue',
  permiso: 'audit.actor.permiso',
  nobody: 'audit.actor.nobody',
};

/** What happened, as one would tell it. */
export function tell(event: AuditEventView): string {
  return t(`audit.sentence.${event.event}`, factsOf(event));
}

function factsOf({ event, actor, user, target, details }: AuditEventView): Values {
  const { name, email, ended = 1 } = details;
  return {
    who: nameActor(actor),
    whom: user?.username ?? user?.id ?? t('audit.somebody'),
    what: target ? nameThing(target, email) : '',
    how: nameMethod(details.method),
    name: String(name ?? ''),
    email: String(email ?? ''),
    ...(event === 'session_ended' && { count: Number(ended) }),
  };
}

function nameActor({ kind, name, id }: Actor): string {
  return kind === 'api_key' && id === 'static'
    ? t('audit.actor.staticApiKey')
    : t(ACTORS[kind], { name: name ?? id ?? '' });
}

/** An invitation by whom it is for; an id that nobody chose is told apart by its beginning as well. */
function nameThing({ kind, name, id }: Target, email: unknown): string {
  return kind === 'invite' && email
    ? String(email)
    : (name ?? id.replace(/^([0-9a-f]{8})-[0-9a-f-]{27}$/, '$1'));
}

const METHODS: Record<string, Key> = {
  passkey: 'audit.method.passkey',
  login_link: 'audit.method.loginLink',
  sign_up: 'audit.method.signUp',
};

function nameMethod(method: unknown): string {
  const known = METHODS[String(method)];
  return known ? t(known) : String(method ?? '');
}

const TARGETS: Record<string, Key> = {
  client: 'audit.target.client',
  group: 'audit.target.group',
  user: 'audit.target.user',
  settings: 'audit.target.settings',
  invite: 'audit.target.invite',
  session: 'audit.target.session',
  'login-link': 'audit.target.loginLink',
  'api-key': 'audit.target.apiKey',
};

/** An id by what kind of thing it names. */
export function nameReference({ kind, id }: Target): string {
  return t(TARGETS[kind] ?? 'audit.target.other', { name: id, kind });
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/;

/** A detail for people: what is yes or no, a time, a list or a change is told as such. */
export function nameDetail(name: string, value: unknown): string {
  return name === 'method' ? nameMethod(value) : nameValue(value);
}

function nameValue(value: unknown): string {
  if (value === null || value === '') {
    return '–';
  }
  if (typeof value === 'boolean') {
    return t(value ? 'audit.yes' : 'audit.no');
  }
  if (typeof value === 'string') {
    return TIME.test(value) ? formatTime(value) : value;
  }
  if (Array.isArray(value)) {
    return value.every(isDifference)
      ? value.map(nameDifference).join('\n')
      : value.map(nameValue).join(', ');
  }
  return typeof value === 'object'
    ? Object.entries(value)
        .map(([field, inner]) => `${nameField(field)}: ${nameValue(inner)}`)
        .join('\n')
    : String(value);
}

interface Difference {
  field: string;
  actual?: unknown;
  desired?: unknown;
}

function isDifference(value: unknown): value is Difference {
  return typeof value === 'object' && value !== null && 'field' in value;
}

function nameDifference({ field, actual, desired }: Difference): string {
  const [before, after] = [actual, desired].map((side) => nameValue(side ?? null));
  return `${nameField(field)}: ${before} → ${after}`;
}

/** What people meet on pages has a word; the rest is named as in YAML, which is where it is met. */
function nameField(field: string): string {
  const key = `audit.field.${field}` as Key;
  return keysUnder('audit.field.').includes(key) ? t(key) : field;
}
