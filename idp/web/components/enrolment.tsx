import { useSignal } from '@preact/signals';
import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser';
import { useLocation } from 'preact-iso';
import type { SessionView, SetUpDetails } from '#api';
import { createPasskey, forgetPasskey } from '#web/new-passkey.ts';
import { Problem } from '#web/problem.ts';
import { session } from '#web/session.ts';
import { useTask } from '#web/task.ts';
import { DetailsForm } from './details-form.tsx';
import { PasskeyStep } from './passkey-step.tsx';
import { Progress } from './progress.tsx';

type Options = PublicKeyCredentialCreationOptionsJSON;
type Props = {
  codeRequired?: boolean;
  /** What the link was mailed to, and whether it must be the address of the account. */
  email?: string | null;
  isEmailFixed?: boolean;
  begin: (details: SetUpDetails) => Promise<Options>;
  finish: (credential: RegistrationResponseJSON) => Promise<SessionView>;
};

/** From a name to an account: details, then a passkey. */
export function Enrolment({
  codeRequired = false,
  email,
  isEmailFixed = false,
  begin,
  finish,
}: Props) {
  const { route } = useLocation();
  const task = useTask();
  const details = useSignal<SetUpDetails>({
    displayName: '',
    email: email ?? '',
    username: '',
  });
  /** Present in the second step. The challenge in it works once. */
  const options = useSignal<Options | null>(null);
  const used = useSignal(false);

  const submit = () => task.run(() => renew());
  const renew = async () => {
    options.value = await begin(details.value);
    used.value = false;
  };
  const create = () =>
    task.run(async () => {
      if (used.value) {
        await renew();
      }
      used.value = true;
      session.value = await register(options.value as Options, finish);
      route('/', true);
    });
  const back = () => {
    options.value = null;
  };

  // A refused username belongs to the first step, wherever it was noticed.
  const inDetails = !options.value || task.problem.value?.field !== undefined;
  return (
    <>
      <Progress step={inDetails ? 1 : 2} />
      {inDetails ? (
        <DetailsForm
          details={details}
          asks={{ code: codeRequired, email: !isEmailFixed }}
          task={task}
          onSubmit={submit}
        />
      ) : (
        <PasskeyStep
          username={details.value.username}
          task={task}
          onCreate={create}
          onBack={back}
        />
      )}
    </>
  );
}

async function register(options: Options, finish: Props['finish']): Promise<SessionView> {
  const credential = await createPasskey(options);
  return finish(credential).catch(async (error: unknown) => {
    if (error instanceof Problem && error.status >= 400 && error.status < 500) {
      await forgetPasskey(options.rp.id, credential.id);
    }
    throw error;
  });
}
