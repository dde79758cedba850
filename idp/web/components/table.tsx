import { useSignal } from '@preact/signals';
import { type ComponentChildren, Fragment } from 'preact';
import { useId } from 'preact/hooks';
import { t } from '#web/locales/locales.ts';
import styles from './table.module.css';

export type Column<T> = { label: string; cell: (row: T) => ComponentChildren };

type Props<T> = {
  /** What the table holds, for those who cannot see what stands around it. */
  caption: string;
  /** The first one heads the card that a row is on a phone. */
  columns: Column<T>[];
  rows: T[];
  keyOf: (row: T) => string;
  /** What a row shows when it is opened, and what it is called then. */
  details?: { of: (row: T) => ComponentChildren; nameOf: (row: T) => string };
};

/** Rows of the same kind, to be compared. Where there is no room for columns, each row is a card. */
export function Table<T>({ caption, columns, rows, keyOf, details }: Props<T>) {
  return (
    <div class={styles.room}>
      <table class={styles.table}>
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map(({ label }) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
            {details && (
              <th scope="col">
                <span class="visually-hidden">{t('common.details')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <TableRow key={keyOf(row)} row={row} columns={columns} details={details} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

type RowProps<T> = { row: T } & Pick<Props<T>, 'columns'> & { details: Props<T>['details'] };

function TableRow<T>({ row, columns, details }: RowProps<T>) {
  const id = useId();
  const isOpen = useSignal(false);
  return (
    <Fragment>
      <tr data-open={isOpen.value}>
        {columns.map(({ label, cell }) => (
          <td key={label}>
            <span class={styles.label} aria-hidden="true">
              {label}
            </span>
            <div>{cell(row)}</div>
          </td>
        ))}
        {details && (
          <td class={styles.opener}>
            <button
              type="button"
              aria-expanded={isOpen.value}
              aria-controls={isOpen.value ? id : undefined}
              aria-label={t('common.detailsOf', { name: details.nameOf(row) })}
              onClick={() => {
                isOpen.value = !isOpen.value;
              }}
            >
              <Chevron />
            </button>
          </td>
        )}
      </tr>
      {details && isOpen.value && (
        <tr id={id} class={styles.details}>
          <td colSpan={columns.length + 1}>{details.of(row)}</td>
        </tr>
      )}
    </Fragment>
  );
}

function Chevron() {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d="m4 6 4 4 4-4" fill="none" stroke="currentColor" stroke-width="1.75" />
    </svg>
  );
}
