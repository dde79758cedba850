import type { Signal } from '@preact/signals';
import type { InputHTMLAttributes } from 'preact';
import type { SetUpDetails } from '#api';
import { t } from '#web/locales/locales.ts';
import type { Task } from '#web/task.ts';
import { Button } from './button.tsx';
import styles from './enrolment.module.css';
import { Field } from './field.tsx';
import { ProblemNotice } from './problem-notice.tsx';

type Name = keyof SetUpDetails;
type Input = { name: Name; label: string; hint?: string; input: InputHTMLAttributes };
type Props = {
  details: Signal<SetUpDetails>;
  /** What is to be typed besides; an address that is known is shown and stays. */
  asks: { code: boolean; email: boolean };
  task: Task;
  onSubmit: () => void;
};

export function DetailsForm({ details, asks, task, onSubmit }: Props) {
  const inputs = listInputs(asks);
  const problem = task.problem.value;
  const blamed = inputs.find(({ name }) => name === problem?.field)?.name;

  return (
    <form
      class={styles.step}
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <ProblemNotice problem={blamed ? null : problem} />
      {inputs.map(({ name, ...rest }) => (
        <Field
          key={name}
          name={name}
          value={details.value[name] ?? ''}
          error={blamed === name ? problem?.title : undefined}
          onValue={(value) => {
            details.value = { ...details.value, [name]: value };
            if (blamed === name) {
              task.problem.value = null;
            }
          }}
          {...rest}
        />
      ))}
      <Button type="submit" busy={task.busy.value}>
        {t('details.continue')}
      </Button>
    </form>
  );
}

function listInputs(asks: Props['asks']): Input[] {
  const verbatim = { autocapitalize: 'none', autocorrect: 'off', spellcheck: false } as const;
  const code: Input = {
    name: 'code',
    label: t('details.code'),
    hint: t('details.codeHint'),
    input: { required: true, maxLength: 128, autocomplete: 'one-time-code', ...verbatim },
  };
  return [
    ...(asks.code ? [code] : []),
    {
      name: 'displayName',
      label: t('details.name'),
      input: { required: true, maxLength: 100, autocomplete: 'name' },
    },
    {
      name: 'email',
      label: t('details.email'),
      ...(!asks.email && { hint: t('details.emailFixed') }),
      input: {
        type: 'email',
        required: true,
        maxLength: 254,
        autocomplete: 'email',
        readOnly: !asks.email,
      },
    },
    {
      name: 'username',
      label: t('details.username'),
      hint: t('details.usernameHint'),
      input: { required: true, minLength: 2, maxLength: 64, autocomplete: 'username', ...verbatim },
    },
  ];
}
