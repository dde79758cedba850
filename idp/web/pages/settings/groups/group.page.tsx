import { useSignal } from '@preact/signals';
import { useRoute } from 'preact-iso';
import type { GroupChange, GroupView } from '#api';
import { changeGroup, getGroup } from '#web/api/groups.ts';
import { CopyAsYaml } from '#web/components/copy-as-yaml.tsx';
import { CustomClaimsSection } from '#web/components/custom-claims.tsx';
import { OwnedNotice } from '#web/components/owned-notice.tsx';
import { isOwnedElsewhere } from '#web/components/owner-badge.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { useLoaded } from '#web/task.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { DeleteGroup } from './delete-group.tsx';
import { GroupDetails } from './group-details.tsx';
import { Members } from './members.tsx';

export function GroupPage() {
  const { id = '' } = useRoute().params;
  const { value, problem, reload } = useLoaded(() => getGroup(id));
  return (
    <SettingsFrame
      title={value?.displayName ?? t('userGroups.group')}
      back={BACK}
      action={value && <CopyAsYaml path={`/api/groups/${value.id}`} />}
    >
      {() => (
        <>
          <ProblemNotice problem={problem} />
          {value ? (
            <Parts group={value} onChanged={reload} />
          ) : (
            !problem && <Skeleton rows={['line', 'line', 'line']} />
          )}
        </>
      )}
    </SettingsFrame>
  );
}

const BACK = { path: '/settings/admin/user-groups', label: 'userGroups.title' } as const;

type Props = { group: GroupView; onChanged: () => void };

function Parts({ group, onChanged }: Props) {
  const isOwned = isOwnedElsewhere(group.owner);
  // The newest of what was loaded and what saving answered: the next change must be one of that.
  const saved = useSignal<GroupView | null>(null);
  const save = async (change: GroupChange) => {
    saved.value = await changeGroup(saved.value ?? group, change);
    onChanged();
  };

  return (
    <>
      <OwnedNotice owner={group.owner} />
      <GroupDetails group={group} isOwned={isOwned} onSave={save} />
      <Members group={group} onChanged={onChanged} />
      <Clients group={group} />
      <CustomClaimsSection
        claims={group.customClaims}
        text={t('claims.ofGroup')}
        isOwned={isOwned}
        onSave={(customClaims) => save({ customClaims })}
      />
      {!isOwned && <DeleteGroup group={group} />}
    </>
  );
}

function Clients({ group }: { group: GroupView }) {
  return (
    <Section title={t('userGroups.clients')} text={t('userGroups.clientsText')}>
      {group.clients.length === 0 ? (
        <p>{t('userGroups.noClients')}</p>
      ) : (
        <Rows>
          {group.clients.map(({ id, name, isOnlyOpener }) => (
            <Row
              key={id}
              name={<a href={`/settings/admin/oidc-clients/${encodeURIComponent(id)}`}>{name}</a>}
              badges={isOnlyOpener ? [t('userGroups.onlyOpener')] : []}
              facts={[id]}
            />
          ))}
        </Rows>
      )}
    </Section>
  );
}
