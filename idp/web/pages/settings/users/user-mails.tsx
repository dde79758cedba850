import { useEffect } from 'preact/hooks';
import type { UserView } from '#api';
import { listMailsTo } from '#web/api/mail.ts';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { t } from '#web/locales/locales.ts';
import { useLoaded } from '#web/task.ts';
import { MessageRows } from '../mail/messages.tsx';

const MAIL_TAKES_MS = 2_000;

/** What was mailed to somebody and what the mail server said: where to look when a login link does not arrive. */
export function UserMails({ user }: { user: UserView }) {
  const { value, problem, reload } = useLoaded(() => listMailsTo(user.id));

  // Whoever draws this page anew may have sent a link.
  useEffect(() => {
    if (value) {
      reload();
    }
  }, [user]);
  useEffect(() => {
    const isNew = value?.mails.some(({ state, answer }) => state === 'waiting' && answer === null);
    const again = isNew ? setTimeout(reload, MAIL_TAKES_MS) : undefined;
    return () => clearTimeout(again);
  }, [value]);

  return (
    <Section title={t('users.mails')} text={t('users.mailsText', { name: user.displayName })}>
      <ProblemNotice problem={problem} />
      {value && <MessageRows mails={value.mails} onRetried={reload} />}
    </Section>
  );
}
