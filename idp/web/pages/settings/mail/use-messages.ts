import { type Signal, useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { MailView } from '#api';
import { listMails } from '#web/api/mail.ts';
import { type Task, useTask } from '#web/task.ts';

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
  return { mails, next, task, reload, more: () => load(next.value) };
}
