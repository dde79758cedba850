import { GroupPicker } from '#web/components/group-picker.tsx';
import { Notice } from '#web/components/notice.tsx';
import { Select } from '#web/components/select.tsx';
import { t } from '#web/locales/locales.ts';
import type { PartProps } from './client-section.tsx';
import { ClientSection } from './client-section.tsx';

const NAMES = ['accessMode', 'accessGroups'] as const;

export function ClientAccess(props: PartProps) {
  return (
    <ClientSection
      {...props}
      title={t('clients.access')}
      text={t('clients.accessText')}
      names={NAMES}
    >
      {({ draft, errorOf, change }) => (
        <>
          <Select
            label={t('clients.accessMode')}
            name="accessMode"
            value={draft.accessMode}
            options={[
              ['everyone', t('clients.access.everyone')],
              ['groups', t('clients.access.groups')],
              ['nobody', t('clients.access.nobody')],
            ]}
            // Groups belong to that mode alone.
            onValue={(accessMode) =>
              change(accessMode === 'groups' ? { accessMode } : { accessMode, accessGroups: [] })
            }
          />
          {draft.accessMode === 'groups' && (
            <GroupPicker
              label={t('clients.accessGroups')}
              hint={t('groups.hint')}
              known={props.client.knownGroups}
              chosen={draft.accessGroups}
              onChosen={(accessGroups) => change({ accessGroups })}
            />
          )}
          <Notice>{errorOf('accessGroups')}</Notice>
        </>
      )}
    </ClientSection>
  );
}
