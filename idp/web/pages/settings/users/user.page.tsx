import { useSignal } from '@preact/signals';
import { useRoute } from 'preact-iso';
import type { Person, UserChange, UserView } from '#api';
import { changeUser, getUser } from '#web/api/users.ts';
import { CustomClaimsSection } from '#web/components/custom-claims.tsx';
import { Notice } from '#web/components/notice.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { t } from '#web/locales/locales.ts';
import { useLoaded } from '#web/task.ts';
import { SettingsFrame } from '../settings-frame.tsx';
import { UserAccount } from './user-account.tsx';
import { UserActions } from './user-actions.tsx';
import { UserApplications } from './user-applications.tsx';
import { UserGroups } from './user-groups.tsx';
import { UserMails } from './user-mails.tsx';
import { UserPasskeys, UserSessions } from './user-sign-in.tsx';

export function UserPage() {
  const { id = '' } = useRoute().params;
  const { value, problem, reload } = useLoaded(() => getUser(id));
  return (
    <SettingsFrame title={value?.displayName ?? t('users.one')} back={BACK}>
      {(admin) => (
        <>
          <ProblemNotice problem={problem} />
          {value ? (
            <Details user={value} admin={admin} onChanged={reload} />
          ) : (
            <Skeleton rows={['line', 'line', 'line']} />
          )}
        </>
      )}
    </SettingsFrame>
  );
}

const BACK = { path: '/settings/admin/users', label: 'users.title' } as const;

type Props = { user: UserView; admin: Person; onChanged: () => void };

function Details({ user, admin, onChanged }: Props) {
  // Of what is on the page, whoever changes it: a change of somebody else's is not overwritten unseen.
  const version = useSignal(user.version);
  const save = async (change: UserChange) => {
    version.value = (await changeUser(user.id, change, version.value)).version;
    onChanged();
  };
  return (
    <>
      {user.disabled && <Notice>{t('users.disabledText', { name: user.displayName })}</Notice>}
      <UserAccount user={user} onSave={save}>
        <UserActions
          user={user}
          isSelf={user.id === admin.id}
          onChange={save}
          onLinkSent={onChanged}
        />
      </UserAccount>
      <UserMails user={user} />
      <UserGroups user={user} onChanged={onChanged} />
      <UserApplications user={user} />
      <UserPasskeys user={user} />
      <UserSessions user={user} onChanged={onChanged} />
      <CustomClaimsSection
        claims={user.customClaims}
        text={t('claims.ofUser')}
        isOwned={false}
        onSave={(customClaims) => save({ customClaims })}
      />
    </>
  );
}
