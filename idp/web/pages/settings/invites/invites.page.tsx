import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { InvitesView, ListedInvite } from '#api';
import { getInvites, revokeInvite } from '#web/api/invites.ts';
import { Button } from '#web/components/button.tsx';
import { ConfirmDialog } from '#web/components/confirm-dialog.tsx';
import { InviteDialog } from '#web/components/invite-dialog.tsx';
import { Notice } from '#web/components/notice.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import { currentSession } from '#web/session.ts';
import { type Loaded, useLoaded } from '#web/task.ts';
import { SettingsFrame } from '../settings-frame.tsx';

const MAIL_TAKES_MS = 3_000;

export function InvitesPage() {
  const loaded = useLoaded(getInvites);
  return (
    <SettingsFrame
      title={t('invites.title')}
      intro={t('invites.intro')}
      action={currentSession().user?.isAdmin && <InviteDialog onInvited={loaded.reload} />}
    >
      {() => <Invites {...loaded} />}
    </SettingsFrame>
  );
}

function Invites({ value, problem, reload }: Loaded<InvitesView>) {
  const revoked = useSignal<ListedInvite | null>(null);

  // What becomes of a mail mostly shows within seconds.
  useEffect(() => {
    const isWaiting = value?.invites.some(({ mail }) => mail?.state === 'waiting');
    const again = isWaiting ? setTimeout(reload, MAIL_TAKES_MS) : undefined;
    return () => clearTimeout(again);
  }, [value]);

  return (
    <Section
      title={t('invites.list')}
      text={t(value?.mailOn === false ? 'invites.mailOff' : 'invites.text')}
    >
      <ProblemNotice problem={problem} />
      <Notice>{currentSession().instance.signUp === 'closed' && t('invites.closed')}</Notice>
      {value ? (
        <List invites={value.invites} onRevoke={(invite) => (revoked.value = invite)} />
      ) : (
        !problem && <Skeleton rows={['line', 'line']} />
      )}
      {revoked.value && (
        <RevokeDialog
          invite={revoked.value}
          onChanged={reload}
          onClose={() => {
            revoked.value = null;
          }}
        />
      )}
    </Section>
  );
}

type ListProps = { invites: ListedInvite[]; onRevoke: (invite: ListedInvite) => void };

function List({ invites, onRevoke }: ListProps) {
  if (invites.length === 0) {
    return <p>{t('invites.none')}</p>;
  }
  return (
    <Rows>
      {invites.map((invite) => (
        <Row
          key={invite.id}
          name={nameOf(invite)}
          badges={[t(`invites.state.${invite.state}`)]}
          facts={factsOf(invite)}
          actions={
            invite.state === 'usable' && (
              <Button
                kind="quiet"
                label={t('invites.revokeOf', { name: nameOf(invite) })}
                onClick={() => onRevoke(invite)}
              >
                {t('invites.revoke')}
              </Button>
            )
          }
        />
      ))}
    </Rows>
  );
}

function nameOf({ email, createdAt }: ListedInvite): string {
  return email ?? t('invites.linkOf', { date: formatTime(createdAt) });
}

/** What an administrator wonders about, in this order: what became of the mail, of the link, and whose idea it was. */
function factsOf({ mail, uses, usageLimit, expiresAt, groups, createdBy }: ListedInvite): string[] {
  const used =
    usageLimit === null
      ? t('invites.uses', { count: uses })
      : t('invites.usesOf', { uses, limit: usageLimit });
  const words = mail?.answer ? `: ${mail.answer}` : '';
  return [
    ...(mail ? [`${t(`invites.mail.${mail.state}`)}${words}`] : []),
    used,
    t('invites.until', { date: formatTime(expiresAt) }),
    t('invites.by', { name: createdBy }),
    ...(groups.length > 0 ? [t('invites.groups', { groups: groups.join(', ') })] : []),
  ];
}

type RevokeProps = { invite: ListedInvite; onChanged: () => void; onClose: () => void };

function RevokeDialog({ invite, onChanged, onClose }: RevokeProps) {
  return (
    <ConfirmDialog
      title={t('invites.revokeTitle')}
      text={t('invites.revokeText', { name: nameOf(invite) })}
      confirm={t('invites.revoke')}
      onConfirm={async () => {
        await revokeInvite(invite.id);
        onChanged();
      }}
      onClose={onClose}
    />
  );
}
