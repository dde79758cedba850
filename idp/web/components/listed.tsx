import type { ComponentChildren } from 'preact';
import type { Listing } from '#web/listing.ts';
import { t } from '#web/locales/locales.ts';
import { Button } from './button.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import { Skeleton } from './skeleton.tsx';

type Props<Row> = {
  listing: Listing<Row>;
  /** What stands there instead of no rows. */
  none: string;
  children: (rows: Row[]) => ComponentChildren;
};

/** What was read of a list so far, and the way to the rest. */
export function Listed<Row>({ listing, none, children }: Props<Row>) {
  const { rows, hasMore, busy, problem, more } = listing;
  return (
    <>
      <ProblemNotice problem={problem} />
      {rows === null && !problem && <Skeleton rows={['line', 'line', 'line']} />}
      {rows && (rows.length > 0 ? children(rows) : <p>{none}</p>)}
      {hasMore && (
        <div>
          <Button kind="plain" busy={busy} onClick={more}>
            {t('common.more')}
          </Button>
        </div>
      )}
    </>
  );
}
