import type { ComponentChildren } from 'preact';
import { useLocation } from 'preact-iso';
import type { Person } from '#api';
import { type Key, t } from '#web/locales/locales.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import styles from './configuration-frame.module.css';

export const CONFIGURATION = '/settings/admin/application-configuration';

const PARTS: { path: string; label: Key }[] = [
  { path: CONFIGURATION, label: 'general.section' },
  { path: `${CONFIGURATION}/email`, label: 'configuration.email' },
  { path: `${CONFIGURATION}/ldap`, label: 'configuration.ldap' },
  { path: `${CONFIGURATION}/branding`, label: 'configuration.branding' },
];

/** The parts of the configuration of the whole instance, each at an address of its own. */
export function ConfigurationFrame({
  children,
}: {
  children: (user: Person) => ComponentChildren;
}) {
  const { path } = useLocation();
  return (
    <SettingsFrame title={t('general.title')} intro={t('general.intro')}>
      {(user) => (
        <>
          <nav class={styles.parts} aria-label={t('general.title')}>
            {PARTS.map((part) => (
              <a
                key={part.path}
                href={part.path}
                aria-current={part.path === path ? 'page' : undefined}
              >
                {t(part.label)}
              </a>
            ))}
          </nav>
          {children(user)}
        </>
      )}
    </SettingsFrame>
  );
}
