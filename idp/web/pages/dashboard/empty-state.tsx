import { CopyButton } from '#web/components/copy-button.tsx';
import { t } from '#web/locales/locales.ts';
import { instanceName } from '#web/session.ts';
import styles from './dashboard.module.css';

const EXAMPLE = `apiVersion: permisolabs.eu/v1alpha1
kind: OIDCClient
metadata:
  name: grafana
  namespace: monitoring
spec:
  displayName: Grafana
  launchURL: https://grafana.example.com
  callbackURLs:
    - https://grafana.example.com/login/generic_oauth`;

export function EmptyState({ isAdmin }: { isAdmin: boolean }) {
  return (
    <section class={styles.empty}>
      <h2>{t('dashboard.emptyTitle')}</h2>
      <p>
        {isAdmin ? t('dashboard.emptyAdmin') : t('dashboard.empty', { name: instanceName.value })}
      </p>
      {isAdmin && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on phones, and keyboards must be able to */}
          <pre tabIndex={0}>
            <code>{EXAMPLE}</code>
          </pre>
          <CopyButton text={EXAMPLE} label={t('dashboard.copyExample')} />
        </>
      )}
    </section>
  );
}
