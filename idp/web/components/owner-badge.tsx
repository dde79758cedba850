import { t } from '#web/locales/locales.ts';
import styles from './owner-badge.module.css';

type Props = {
  /** As the API tells it: `admin`, `ldap`, or `kubernetes:<kind>/<namespace>/<name>`. */
  owner: string;
};

/** Whether these pages may change it. */
export function isOwnedElsewhere(owner: string): boolean {
  return owner !== 'admin';
}

/** Names who declared a thing that these pages can only show; nothing for what they may change. */
export function OwnerBadge({ owner }: Props) {
  return (
    isOwnedElsewhere(owner) && (
      <span class={styles.badge}>
        <svg viewBox="0 0 12 12" aria-hidden="true">
          <path d="M2.5 5.5h7v5h-7zM4 5.5V4a2 2 0 0 1 4 0v1.5" />
        </svg>
        {nameOf(owner)}
      </span>
    )
  );
}

function nameOf(owner: string): string {
  if (owner === 'ldap') {
    return t('owner.ldap');
  }
  const [, kind, name] = /^kubernetes:([^/]+)\/(.+)$/.exec(owner) ?? [];
  return kind && name ? t('owner.resource', { kind, name }) : owner;
}
