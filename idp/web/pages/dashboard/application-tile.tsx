import type { ApplicationView } from '#api';
import { AppLogo } from '#web/components/app-logo.tsx';
import { t } from '#web/locales/locales.ts';
import styles from './dashboard.module.css';

export function ApplicationTile({ application }: { application: ApplicationView }) {
  const { name, launchUrl } = application;
  const inside = (
    <>
      <AppLogo application={application} />
      <span class={styles.words}>
        <span class={styles.name}>{name}</span>
        <span class={styles.place}>
          {launchUrl ? URL.parse(launchUrl)?.host : t('dashboard.noLaunch')}
        </span>
      </span>
    </>
  );

  return launchUrl ? (
    <a class={styles.tile} href={launchUrl} rel="noreferrer">
      {inside}
    </a>
  ) : (
    <div class={styles.tile}>{inside}</div>
  );
}
