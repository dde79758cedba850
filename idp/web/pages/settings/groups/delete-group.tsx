import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import type { GroupView } from '#api';
import { deleteGroup } from '#web/api/groups.ts';
import { Button } from '#web/components/button.tsx';
import { ConfirmDialog } from '#web/components/confirm-dialog.tsx';
import { Section } from '#web/components/section.tsx';
import { t } from '#web/locales/locales.ts';

export function DeleteGroup({ group }: { group: GroupView }) {
  const isAsking = useSignal(false);
  const { route } = useLocation();
  const name = group.displayName;
  return (
    <Section title={t('userGroups.deleteSection')} text={t('userGroups.deleteHint')}>
      <div>
        <Button
          kind="plain"
          onClick={() => {
            isAsking.value = true;
          }}
        >
          {t('userGroups.delete')}
        </Button>
      </div>
      {isAsking.value && (
        <ConfirmDialog
          title={t('userGroups.deleteTitle', { name })}
          text={t('userGroups.deleteText', { count: group.memberCount })}
          confirm={t('userGroups.delete')}
          onConfirm={async () => {
            await deleteGroup(group.id);
            route('/settings/admin/user-groups');
          }}
          onClose={() => {
            isAsking.value = false;
          }}
        >
          <Consequences group={group} />
        </ConfirmDialog>
      )}
    </Section>
  );
}

/** What stays closed to people who could open it a moment ago. */
function Consequences({ group: { clients } }: { group: GroupView }) {
  const closed = clients.filter(({ isOnlyOpener }) => isOnlyOpener);
  const narrowed = clients.filter(({ isOnlyOpener }) => !isOnlyOpener);
  const names = (list: typeof clients) => list.map(({ name }) => name).join(', ');
  return (
    <>
      {closed.length > 0 && <p>{t('userGroups.deleteCloses', { names: names(closed) })}</p>}
      {narrowed.length > 0 && <p>{t('userGroups.deleteNarrows', { names: names(narrowed) })}</p>}
    </>
  );
}
