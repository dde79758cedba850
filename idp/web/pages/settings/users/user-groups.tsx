import { useSignal } from '@preact/signals';
import type { UserView } from '#api';
import { addMember, listGroups, removeMember } from '#web/api/groups.ts';
import { Button } from '#web/components/button.tsx';
import { Listed } from '#web/components/listed.tsx';
import { OwnerBadge } from '#web/components/owner-badge.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { SearchField } from '#web/components/search-field.tsx';
import { Section } from '#web/components/section.tsx';
import { useListing } from '#web/listing.ts';
import { t } from '#web/locales/locales.ts';
import { useTask } from '#web/task.ts';

type Props = { user: UserView; onChanged: () => void };

/** Which groups the person is in, and the way into others. */
export function UserGroups({ user, onChanged }: Props) {
  const { busy, problem, run } = useTask();
  const search = useSignal('');
  const change = (work: () => Promise<void>) =>
    void run(async () => {
      await work();
      onChanged();
    });
  return (
    <Section title={t('users.groups')}>
      <SearchField
        label={t('users.addToGroup')}
        value={search.value}
        onValue={(value) => {
          search.value = value;
        }}
      />
      {search.value.trim() && (
        <Found
          user={user}
          search={search.value.trim()}
          busy={busy.value}
          onAdd={(id) => {
            search.value = '';
            change(() => addMember(id, user.id));
          }}
        />
      )}
      <ProblemNotice problem={problem.value} />
      {user.groups.length === 0 ? (
        <p>{t('users.inNoGroup', { name: user.displayName })}</p>
      ) : (
        <OwnGroups user={user} onLeave={(id) => change(() => removeMember(id, user.id))} />
      )}
    </Section>
  );
}

function OwnGroups({ user, onLeave }: { user: UserView; onLeave: (id: string) => void }) {
  return (
    <Rows>
      {user.groups.map(({ id, name, displayName, owner, mayLeave }) => (
        <Row
          key={id}
          name={<GroupName id={id} displayName={displayName} owner={owner} />}
          facts={[name]}
          actions={
            mayLeave && (
              <Button
                kind="quiet"
                label={t('users.leaveOf', { name: displayName })}
                onClick={() => onLeave(id)}
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

type NameProps = { id: string; displayName: string; owner: string };

function GroupName({ id, displayName, owner }: NameProps) {
  return (
    <>
      <a href={`/settings/admin/user-groups/${id}`}>{displayName}</a>
      <OwnerBadge owner={owner} />
    </>
  );
}

type FoundProps = {
  user: UserView;
  search: string;
  busy: boolean;
  onAdd: (groupId: string) => void;
};

function Found({ user, search, busy, onAdd }: FoundProps) {
  const listing = useListing(search, async (after) => {
    const { groups, next } = await listGroups(search, 'displayName', after);
    return { rows: groups, next };
  });
  return (
    <Listed listing={listing} none={t('userGroups.noneFits')}>
      {(groups) => (
        <Rows>
          {groups.map(({ id, name, displayName, owner, membersEditable }) => (
            <Row
              key={id}
              name={<GroupName id={id} displayName={displayName} owner={owner} />}
              facts={[name]}
              actions={
                membersEditable &&
                user.groups.every((group) => group.id !== id) && (
                  <Button
                    kind="plain"
                    busy={busy}
                    label={t('users.addTo', { name: displayName })}
                    onClick={() => onAdd(id)}
                  >
                    {t('userGroups.addOne')}
                  </Button>
                )
              }
            />
          ))}
        </Rows>
      )}
    </Listed>
  );
}
