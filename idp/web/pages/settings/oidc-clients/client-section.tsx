import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { ClientChange, ClientView } from '#api';
import { changeClient } from '#web/api/clients.ts';
import { Button } from '#web/components/button.tsx';
import { Notice } from '#web/components/notice.tsx';
import { isOwnedElsewhere } from '#web/components/owner-badge.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { Section } from '#web/components/section.tsx';
import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';
import { useTask } from '#web/task.ts';
import styles from './oidc-clients.module.css';

/** Of what each part of the page is about, and where it puts what saving answered. */
export type PartProps = { client: ClientView; onSaved: (client: ClientView) => void };

type Name = keyof ClientChange & keyof ClientView;
type Draft<N extends Name> = Pick<ClientView, N>;

export type Form<N extends Name> = {
  draft: Draft<N>;
  errorOf: (name: N) => string | undefined;
  change: (change: Partial<Draft<N>>) => void;
  save: () => void;
};

type Props<N extends Name> = {
  title: string;
  text?: string;
  client: ClientView;
  names: readonly N[];
  onSaved: (client: ClientView) => void;
  children: (form: Form<N>) => ComponentChildren;
};

/** Some of a client's fields, saved together; those of the other sections stay as they are. */
export function ClientSection<N extends Name>(props: Props<N>) {
  const { title, text, client, names, onSaved, children } = props;
  const { busy, problem, run } = useTask();
  const draft = useSignal(pick(client, names));
  const isSaved = useSignal(false);
  const isOwned = isOwnedElsewhere(client.owner);
  const blamed = blamedBy(problem.value, names);
  const save = () =>
    void run(async () => {
      const changed = await changeClient(client, draft.value as ClientChange);
      draft.value = pick(changed, names);
      isSaved.value = true;
      onSaved(changed);
    });
  const form: Form<N> = {
    draft: isOwned ? pick(client, names) : draft.value,
    errorOf: (name) => (blamed === name ? problem.value?.title : undefined),
    change: (change) => {
      draft.value = { ...draft.value, ...change };
      isSaved.value = false;
    },
    save,
  };

  return (
    <Section title={title} {...(text && { text })}>
      <form
        class={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          save();
        }}
      >
        <fieldset class={styles.fields} disabled={isOwned}>
          {children(form)}
        </fieldset>
        <ProblemNotice problem={blamed ? null : problem.value} />
        {!isOwned && (
          <div class={styles.actions}>
            <Button type="submit" label={t('clients.saveOf', { section: title })} busy={busy.value}>
              {t('common.save')}
            </Button>
            <Notice tone="quiet">{isSaved.value && t('common.saved')}</Notice>
          </div>
        )}
      </form>
    </Section>
  );
}

function pick<N extends Name>(client: ClientView, names: readonly N[]): Draft<N> {
  return Object.fromEntries(names.map((name) => [name, client[name]])) as Draft<N>;
}

/** A part such as `jwks.keys[0]` is blamed on the input that holds it. */
function blamedBy<N extends Name>(problem: Problem | null, names: readonly N[]): N | undefined {
  const [field] = problem?.field?.split(/[.[]/) ?? [];
  return names.find((name) => name === field);
}
