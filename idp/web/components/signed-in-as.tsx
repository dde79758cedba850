import type { Person } from '#api';
import { t } from '#web/locales/locales.ts';

export function SignedInAs({ person }: { person: Person }) {
  return <p>{t('common.signedInAs', { name: person.displayName, username: person.username })}</p>;
}
