import { t } from '#web/locales/locales.ts';
import { Notice } from './notice.tsx';
import { isOwnedElsewhere, OwnerBadge } from './owner-badge.tsx';

/** Above a form that nobody can fill in here: why, and where it can be changed. */
export function OwnedNotice({ owner }: { owner: string }) {
  return (
    <Notice tone="info">
      {isOwnedElsewhere(owner) && (
        <>
          <OwnerBadge owner={owner} />
          <p>{t('owner.onlyThere')}</p>
        </>
      )}
    </Notice>
  );
}
