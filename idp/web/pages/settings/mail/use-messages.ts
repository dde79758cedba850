import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { MailView } from '#api';
import { listMails } from '#web/api/mail.ts';
import { type Task, useTask } from '#web/task.ts';

const MAIL_TAKES_MS = 2_000;

export type MessageList = {
  mails: Signal<MailView[] | null>;
  next: Signal<string | null>;
  task: Task;
  reload: () => void;
  more: () => void;
};

/** The messages as far as they were asked for. */
export function useMessages(): MessageList {
  const mails = useSignal<MailView[] | null>(null);
  const next = useSignal<string | null>(null);
  const task = useTask();
  const load = (before: string | null) =>
    void task.run(async () => {
      const page = await listMails(before);
      mails.value = [...(before ? (mails.value ?? []) : []), ...page.mails];
      next.value = page.next;
    });
  const reload = () => load(null);

  useEffect(reload, []);
  // What becomes of a new message mostly shows within seconds.
  useEffect(() => {
    const isNew = mails.value?.[0]?.state === 'waiting' && mails.value[0].answer === null;
    const again = isNew ? setTimeout(reload, MAIL_TAKES_MS) : undefined;
    return () => clearTimeout(again);
  }, [mails.value]);
  return { mails, next, task, reload, more: () => load(next.value) };
}
