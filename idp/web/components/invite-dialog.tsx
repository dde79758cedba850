import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { CreatedInvite, MailedInvites } from '#api';
import { getInvites } from '#web/api/invites.ts';
import { Button } from '#web/components/button.tsx';
import { t } from '#web/locales/locales.ts';
import { useLoaded } from '#web/task.ts';
import { CreatedLink } from './created-link.tsx';
import styles from './dialog.module.css';
import { InviteForm } from './invite-form.tsx';
import { MailedLinks } from './mailed-links.tsx';
import { ProblemNotice } from './problem-notice.tsx';
import { Skeleton } from './skeleton.tsx';

/** A link to copy, or links that are on their way. */
export type Invited = { link: CreatedInvite } | { mailed: MailedInvites };
type Props = { onInvited?: () => void };

/** The button, and the window it opens. */
export function InviteDialog({ onInvited }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = useSignal(false);
  const open = () => {
    isOpen.value = true;
    dialog.current?.showModal();
  };

  return (
    <>
      <Button kind="plain" onClick={open}>
        {t('invite.open')}
      </Button>
      <dialog
        ref={dialog}
        class={styles.dialog}
        aria-labelledby="invite-title"
        onClose={() => {
          isOpen.value = false;
        }}
      >
        {isOpen.value && (
          <Inside onInvited={onInvited ?? (() => {})} onClose={() => dialog.current?.close()} />
        )}
      </dialog>
    </>
  );
}

type InsideProps = { onInvited: () => void; onClose: () => void };

function Inside({ onInvited, onClose }: InsideProps) {
  const { value, problem } = useLoaded(getInvites);
  const outcome = useSignal<Invited | null>(null);
  const restart = () => {
    outcome.value = null;
  };
  const finish = (invited: Invited) => {
    outcome.value = invited;
    onInvited();
  };

  return (
    <>
      <h2 id="invite-title">{titleOf(outcome.value)}</h2>
      {outcome.value ? (
        <Outcome invited={outcome.value} onAnother={restart} onClose={onClose} />
      ) : value ? (
        <InviteForm options={value} onCancel={onClose} onInvited={finish} />
      ) : (
        <Skeleton rows={['line', 'control', 'control']} />
      )}
      <ProblemNotice problem={problem} />
    </>
  );
}

type OutcomeProps = { invited: Invited; onAnother: () => void; onClose: () => void };

function Outcome({ invited, ...rest }: OutcomeProps) {
  return 'link' in invited ? (
    <CreatedLink invite={invited.link} {...rest} />
  ) : (
    <MailedLinks mailed={invited.mailed} {...rest} />
  );
}

function titleOf(invited: Invited | null): string {
  if (!invited) {
    return t('invite.title');
  }
  return 'link' in invited ? t('invite.done') : t('invite.mailed');
}
