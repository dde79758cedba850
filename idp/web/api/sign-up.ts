import type {
  PublicKeyCredentialCreationOptionsJSON,
  RegistrationResponseJSON,
} from '@simplewebauthn/browser';
import type {
  InviteView,
  SessionView,
  SetUpDetails,
  SetUpView,
  SignUpDetails,
  SignUpRequest,
} from '#api';
import { request } from '#web/api/request.ts';

export const getSetUp = () => request<SetUpView>('GET', '/api/set-up');
export const getSetUpOptions = (details: SetUpDetails) =>
  request<PublicKeyCredentialCreationOptionsJSON>('POST', '/api/set-up/options', details);
export const setUp = (credential: RegistrationResponseJSON) =>
  request<SessionView>('POST', '/api/set-up', { credential });
export const getInvite = (token: string) => request<InviteView>('GET', signUpPath(token));
export const getSignUpOptions = (token: string, details: SignUpDetails) =>
  request<PublicKeyCredentialCreationOptionsJSON>('POST', `${signUpPath(token)}/options`, details);
export const signUp = (token: string, credential: RegistrationResponseJSON) =>
  request<SessionView>('POST', signUpPath(token), { credential });

/** Refused unless everybody may sign up, and the link for it can be mailed. */
export const getOpenSignUp = () => request<void>('GET', '/api/sign-up');

/** A link to this address, or word that it has an account; the answer does not tell which. */
export const requestSignUp = (asked: SignUpRequest) => request<void>('POST', '/api/sign-up', asked);

function signUpPath(token: string): string {
  return `/api/sign-up/${encodeURIComponent(token)}`;
}
