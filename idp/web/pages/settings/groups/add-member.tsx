import { useSignal } from '@preact/signals';
import type { UserSummary } from '#api';
import { listUsers } from '#web/api/users.ts';
import { Button } from '#web/components/button.tsx';
import { Listed } from '#web/components/listed.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { SearchField } from '#web/components/search-field.tsx';
import { useListing } from '#web/listing.ts';
import { t } from '#web/locales/locales.ts';

type Props = { busy: boolean; onAdd: (user: UserSummary) => void };

/** Finds somebody among all users, and adds them with one more press. */
export function AddMember({ busy, onAdd }: Props) {
  const search = useSignal('');
  return (
    <>
      <SearchField
        label={t('userGroups.add')}
        hint={t('userGroups.addHint')}
        value={search.value}
        onValue={(value) => {
          search.value = value;
        }}
      />
      {search.value.trim() && (
        <Found
          search={search.value.trim()}
          busy={busy}
          onAdd={(user) => {
            search.value = '';
            onAdd(user);
          }}
        />
      )}
    </>
  );
}

function Found({ search, busy, onAdd }: Props & { search: string }) {
  const listing = useListing(search, async (after) => {
    const { users, next } = await listUsers(search, after);
    return { rows: users, next };
  });
  return (
    <Listed listing={listing} none={t('users.none')}>
      {(users) => (
        <Rows>
          {users.map((user) => (
            <Row
              key={user.id}
              name={user.displayName}
              badges={user.disabled ? [t('users.disabled')] : []}
              facts={[user.username, user.email]}
              actions={
                <Button
                  kind="plain"
                  busy={busy}
                  label={t('userGroups.addOf', { name: user.displayName })}
                  onClick={() => onAdd(user)}
                >
                  {t('userGroups.addOne')}
                </Button>
              }
            />
          ))}
        </Rows>
      )}
    </Listed>
  );
}
