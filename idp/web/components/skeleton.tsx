import { t } from '#web/locales/locales.ts';
import { Flow } from './flow.tsx';
import styles from './skeleton.module.css';

type Row = 'title' | 'line' | 'control' | 'tile';

/** Grey bars in the shape of what is coming. */
export function Skeleton({ rows }: { rows: Row[] }) {
  return (
    <div class={styles.skeleton}>
      <span class="visually-hidden" role="status">
        {t('common.loading')}
      </span>
      {rows.map((row, index) => (
        <span key={index} class={`${styles.bar} ${styles[row]}`} />
      ))}
    </div>
  );
}

export function FlowSkeleton() {
  return (
    <Flow>
      <Skeleton rows={['title', 'line', 'control', 'control']} />
    </Flow>
  );
}
