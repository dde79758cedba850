import type { ComponentChildren } from 'preact';
import styles from './notice.module.css';

type Props = { tone?: 'danger' | 'info' | 'quiet'; children: ComponentChildren };

/** A place that is always there and speaks up when something appears in it. */
export function Notice({ tone = 'danger', children }: Props) {
  return (
    <div role="status" aria-live="polite" class={styles.place}>
      {children && <div class={`${styles.notice} ${styles[tone]}`}>{children}</div>}
    </div>
  );
}
