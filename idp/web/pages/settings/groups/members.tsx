import { useSignal } from '@preact/signals';
import type { GroupView, MemberView } from '#api';
import { addMember, listMembers, removeMember } from '#web/api/groups.ts';
import { Button } from '#web/components/button.tsx';
import { Listed } from '#web/components/listed.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { SearchField } from '#web/components/search-field.tsx';
import { Section } from '#web/components/section.tsx';
import { useListing } from '#web/listing.ts';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';
import { AddMember } from './add-member.tsx';
import styles from './groups.module.css';

/** So many are found by looking. */
const AT_A_GLANCE = 8;

type Props = { group: GroupView; onChanged: () => void };

export function Members({ group, onChanged }: Props) {
  const search = useSignal('');
  const { busy, problem, run } = useTask();
  const listing = useListing(search.value, async (after) => {
    const { members, next } = await listMembers(group.id, search.value, after);
    return { rows: members, next };
  });
  const change = (work: () => Promise<void>) =>
    run(async () => {
      await work();
      listing.reload();
      onChanged();
    });

  return (
    <Section
      title={t('userGroups.memberCount', { count: group.memberCount })}
      text={t(group.membersEditable ? 'userGroups.membersText' : 'userGroups.membersOwned')}
    >
      {group.membersEditable && (
        <AddMember
          busy={busy.value}
          onAdd={(user) => void change(() => addMember(group.id, user.id))}
        />
      )}
      <ProblemNotice problem={problem.value} />
      {(group.memberCount > AT_A_GLANCE || search.value) && (
        <SearchField
          label={t('userGroups.searchMembers')}
          value={search.value}
          onValue={(value) => {
            search.value = value;
          }}
        />
      )}
      <Listed listing={listing} none={t(search.value ? 'users.none' : 'userGroups.noMembers')}>
        {(members) => (
          <MemberRows
            members={members}
            isEditable={group.membersEditable}
            onRemove={(member) => void change(() => removeMember(group.id, member.id))}
          />
        )}
      </Listed>
      {group.unknownMembers.length > 0 && (
        <p class={styles.awaited}>
          {t('userGroups.awaited', { names: group.unknownMembers.join(', ') })}
        </p>
      )}
    </Section>
  );
}

type RowsProps = {
  members: MemberView[];
  isEditable: boolean;
  onRemove: (member: MemberView) => void;
};

function MemberRows({ members, isEditable, onRemove }: RowsProps) {
  return (
    <Rows>
      {members.map((member) => (
        <Row
          key={member.id}
          name={<a href={`/settings/admin/users/${member.id}`}>{member.displayName}</a>}
          badges={[
            ...(member.disabled ? [t('users.disabled')] : []),
            ...(member.isDeclared && isEditable ? [t('userGroups.declaredMember')] : []),
          ]}
          facts={[member.username]}
          actions={
            isEditable &&
            !member.isDeclared && (
              <Button
                kind="quiet"
                label={t('userGroups.removeOf', { name: member.displayName })}
                onClick={() => onRemove(member)}
              >
                {t('userGroups.remove')}
              </Button>
            )
          }
        />
      ))}
    </Rows>
  );
}
