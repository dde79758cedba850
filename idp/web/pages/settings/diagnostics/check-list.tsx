import type { CheckView } from '#api';
import { t } from '#web/locales/locales.ts';
import styles from './diagnostics.module.css';

/** What the server found, or this page itself. */
export type ListedCheck = Omit<CheckView, 'id'> & { id: CheckView['id'] | 'browser' };

/** Where something may be done about it, on these pages. */
const PAGES: Partial<Record<ListedCheck['id'], string>> = {
  mail: '/settings/admin/application-configuration/email',
  messages: '/settings/admin/mail',
  ldap: '/settings/admin/application-configuration/ldap',
  resources: '/settings/admin/resources',
  set_up: '/settings/admin/users',
};

export function CheckList({ checks }: { checks: ListedCheck[] }) {
  return (
    <ul class={styles.checks}>
      {checks.map((check) => (
        <Check key={check.id} check={check} />
      ))}
    </ul>
  );
}

function Check({ check: { id, status, title, summary, mend, facts } }: { check: ListedCheck }) {
  const page = PAGES[id];
  return (
    <li class={styles.check}>
      <h3 class={styles.title}>
        <span class={`${styles.status} ${styles[status]}`}>
          {t(`diagnostics.status.${status}`)}
        </span>
        {title}
      </h3>
      <p>{summary}</p>
      {mend && (
        <div class={styles.mend}>
          <h4>{t('common.whatToDo')}</h4>
          <p>{mend}</p>
          {page && <a href={page}>{t('diagnostics.open')}</a>}
        </div>
      )}
      {facts.length > 0 && (
        <details open={mend !== null}>
          <summary>{t('common.detailsOf', { name: title })}</summary>
          <dl class={styles.facts}>
            {facts.map(({ name, value }, index) => (
              <div key={index}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </li>
  );
}
