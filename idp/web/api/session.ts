import type {
  AuthenticationResponseJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import type { ApplicationView, SessionView } from '#api';
import { request } from '#web/api/request.ts';

export const getSession = () => request<SessionView>('GET', '/api/session');
export const getSignInOptions = () =>
  request<PublicKeyCredentialRequestOptionsJSON>('POST', '/api/session/options');
export const signIn = (credential: AuthenticationResponseJSON) =>
  request<SessionView>('POST', '/api/session', { credential });
export const signOut = () => request<void>('DELETE', '/api/session');
export const getStepUpOptions = () =>
  request<PublicKeyCredentialRequestOptionsJSON>('POST', '/api/session/step-up/options');
export const stepUp = (credential: AuthenticationResponseJSON) =>
  request<void>('POST', '/api/session/step-up', { credential });
export const consumeLoginLink = (token: string) =>
  request<void>('POST', `/api/login-links/${encodeURIComponent(token)}`);
export const requestLoginLink = (email: string) =>
  request<void>('POST', '/api/login-links', { email });
export const listApplications = () => request<ApplicationView[]>('GET', '/api/applications');
