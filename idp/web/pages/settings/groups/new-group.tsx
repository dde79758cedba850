import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { createGroup } from '#web/api/groups.ts';
import { Button } from '#web/components/button.tsx';
import dialogs from '#web/components/dialog.module.css';
import { Field } from '#web/components/field.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { t } from '#web/locales/locales.ts';
import type { Problem } from '#web/problem.ts';
import { useTask } from '#web/task.ts';

/** The button, and the window it opens. Ends on the page of the group, where its members are added. */
export function NewGroup() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = useSignal(false);
  return (
    <>
      <Button
        onClick={() => {
          isOpen.value = true;
          dialog.current?.showModal();
        }}
      >
        {t('userGroups.new')}
      </Button>
      <dialog
        ref={dialog}
        class={dialogs.dialog}
        aria-labelledby="new-group-title"
        onClose={() => {
          isOpen.value = false;
        }}
      >
        {isOpen.value && <NewGroupForm onCancel={() => dialog.current?.close()} />}
      </dialog>
    </>
  );
}

type Draft = { name: string; displayName: string };

function NewGroupForm({ onCancel }: { onCancel: () => void }) {
  const { route } = useLocation();
  const { busy, problem, run } = useTask();
  const draft = useSignal<Draft>({ name: '', displayName: '' });
  const create = () =>
    run(async () => {
      const { id } = await createGroup(draft.value);
      route(`/settings/admin/user-groups/${id}`);
    });

  return (
    <form
      class={dialogs.body}
      onSubmit={(event) => {
        event.preventDefault();
        void create();
      }}
    >
      <h2 id="new-group-title">{t('userGroups.newTitle')}</h2>
      <Names
        draft={draft.value}
        problem={problem.value}
        onChange={(part) => {
          draft.value = { ...draft.value, ...part };
          problem.value = null;
        }}
      />
      <ProblemNotice problem={problem.value?.field ? null : problem.value} />
      <div class={dialogs.actions}>
        <Button kind="plain" onClick={onCancel}>
          {t('common.cancel')}
        </Button>
        <Button type="submit" busy={busy.value}>
          {t('userGroups.create')}
        </Button>
      </div>
    </form>
  );
}

type NamesProps = {
  draft: Draft;
  problem: Problem | null;
  onChange: (part: Partial<Draft>) => void;
};

function Names({ draft, problem, onChange }: NamesProps) {
  const errorOf = (field: keyof Draft) => (problem?.field === field ? problem.title : undefined);
  const plain = { autocomplete: 'off', autocapitalize: 'none', spellcheck: false } as const;
  return (
    <>
      <Field
        label={t('userGroups.name')}
        hint={t('userGroups.nameHint')}
        name="name"
        value={draft.name}
        error={errorOf('name')}
        input={{ required: true, maxLength: 255, ...plain }}
        onValue={(name) => onChange({ name })}
      />
      <Field
        label={t('userGroups.displayName')}
        note={t('invite.optional')}
        hint={t('userGroups.displayNameHint')}
        name="displayName"
        value={draft.displayName}
        error={errorOf('displayName')}
        input={{ maxLength: 255, autocomplete: 'off' }}
        onValue={(displayName) => onChange({ displayName })}
      />
    </>
  );
}
