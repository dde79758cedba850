import type { AuditEventView } from '#api';
import { type Key, t } from '#web/locales/locales.ts';

type Actor = AuditEventView['actor'];

const ACTORS: Record<Actor['kind'], Key> = {
  user: 'audit.actor.user',
  api_key: 'audit.actor.apiKey',
  resource: 'audit.actor.resource',
  ldap: 'audit.actor.ldap',
  admin: 'audit.actor.admin',
  nobody: 'audit.actor.nobody',
};

/** Who did it, in words. */
export function nameActor({ kind, name, id }: Actor): string {
  if (kind === 'api_key' && id === 'static') {
    return t('audit.actor.staticApiKey');
  }
  return t(ACTORS[kind], { name: name ?? id ?? '' });
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

const METHODS: Record<string, Key> = {
  passkey: 'audit.method.passkey',
  login_link: 'audit.method.loginLink',
  sign_up: 'audit.method.signUp',
};

/** To what or how, in words; people are worth naming when somebody else did it. */
export function nameTarget({ event, target, user, actor, details }: AuditEventView): string {
  const how = event === 'signed_in' ? METHODS[String(details.method)] : undefined;
  if (how) {
    return t(how);
  }
  if (target && !['user', 'session', 'login-link'].includes(target.kind)) {
    // An id that nobody chose is told apart by its beginning as well.
    const name = target.name ?? target.id.replace(/^([0-9a-f]{8})-[0-9a-f-]{27}$/, '$1');
    return nameReference({ ...target, id: name });
  }
  if (user && (actor.kind !== 'user' || actor.id !== user.id)) {
    return t('audit.target.user', { name: user.username ?? user.id });
  }
  return '';
}

/** An id by what kind of thing it names. */
export function nameReference({ kind, id }: NonNullable<AuditEventView['target']>): string {
  return t(TARGETS[kind] ?? 'audit.target.other', { name: id, kind });
}
