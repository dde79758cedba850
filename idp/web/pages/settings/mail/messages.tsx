import type { MailView } from '#api';
import { retryMail } from '#web/api/mail.ts';
import { Button } from '#web/components/button.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Row, Rows } from '#web/components/rows.tsx';
import { Section } from '#web/components/section.tsx';
import { Skeleton } from '#web/components/skeleton.tsx';
import { formatTime, t } from '#web/locales/locales.ts';
import type { MessageList } from './use-messages.ts';

/** What was sent and what waits, with the words of the mail server: the place to look when nothing arrives. */
export function Messages({ messages }: { messages: MessageList }) {
  const { mails, next, task, reload, more } = messages;
  return (
    <Section
      title={t('mail.messages')}
      text={t('mail.messagesText')}
      action={
        <Button kind="plain" busy={task.busy.value} onClick={reload}>
          {t('mail.refresh')}
        </Button>
      }
    >
      <ProblemNotice problem={task.problem.value} />
      {mails.value ? (
        <MessageRows mails={mails.value} onRetried={reload} />
      ) : (
        <Skeleton rows={['line']} />
      )}
      {next.value && (
        <Button kind="plain" busy={task.busy.value} onClick={more}>
          {t('common.more')}
        </Button>
      )}
    </Section>
  );
}

/** Each with the words of the mail server. */
export function MessageRows({ mails, onRetried }: { mails: MailView[]; onRetried: () => void }) {
  if (mails.length === 0) {
    return <p>{t('mail.none')}</p>;
  }
  return (
    <Rows>
      {mails.map((mail) => (
        <Row
          key={mail.id}
          name={mail.recipient}
          badges={[t(`mail.${mail.state}`)]}
          facts={[
            t(`mail.kind.${mail.kind}`),
            formatTime(mail.createdAt),
            ...(mail.answer ? [t('mail.said', { answer: mail.answer })] : []),
            ...(mail.nextAttemptAt
              ? [t('mail.next', { date: formatTime(mail.nextAttemptAt) })]
              : []),
          ]}
          actions={
            mail.state === 'waiting' && (
              <Button
                kind="quiet"
                label={t('mail.retryOf', { recipient: mail.recipient })}
                onClick={() => void retryMail(mail.id).then(onRetried)}
              >
                {t('mail.retry')}
              </Button>
            )
          }
        />
      ))}
    </Rows>
  );
}
