import { useSignal } from '@preact/signals';
import { useLocation } from 'preact-iso';
import { enterUserCode } from '#web/api/interaction.ts';
import { Button } from '#web/components/button.tsx';
import { Field } from '#web/components/field.tsx';
import { Flow, FlowIntro } from '#web/components/flow.tsx';
import { Heading } from '#web/components/heading.tsx';
import { ProblemNotice } from '#web/components/problem-notice.tsx';
import { SignedInAs } from '#web/components/signed-in-as.tsx';
import { t } from '#web/locales/locales.ts';
import { leaveFor } from '#web/navigation.ts';
import { currentSession } from '#web/session.ts';
import { useTask } from '#web/task.ts';
import styles from './device.module.css';
import { explainDevice, isAboutCode } from './device-problem.ts';

/** Asks for the code that a device shows. A link may bring it along; sending it stays for the person to do. */
export function DevicePage() {
  const { user } = currentSession();
  return (
    <Flow footer={user && <SignedInAs person={user} />}>
      <FlowIntro>
        <Heading>{t('device.title')}</Heading>
        <p>{t('device.intro')}</p>
      </FlowIntro>
      <CodeForm />
    </Flow>
  );
}

const INPUT = {
  class: styles.input,
  required: true,
  maxLength: 64,
  autocomplete: 'off',
  autocapitalize: 'characters',
  spellcheck: false,
} as const;

function CodeForm() {
  const code = useSignal(useLocation().query.user_code ?? '');
  const enter = useTask();
  const problem = explainDevice(enter.problem.value);
  const found = problem && isAboutCode(problem) ? problem : null;

  const submit = async () => {
    const { redirectTo } = await enterUserCode(code.value);
    await leaveFor(redirectTo);
  };

  return (
    <form
      class={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        void enter.run(submit);
      }}
    >
      <Field
        label={t('device.code')}
        name="user_code"
        value={code.value}
        onValue={(value) => {
          code.value = value;
          enter.problem.value = null;
        }}
        hint={t('device.codeHint')}
        error={found ? `${found.title} ${found.mend}` : undefined}
        input={INPUT}
      />
      <ProblemNotice problem={found ? null : problem} />
      <Button type="submit" busy={enter.busy.value}>
        {t('details.continue')}
      </Button>
    </form>
  );
}
