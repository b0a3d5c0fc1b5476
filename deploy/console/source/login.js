/** Signing in at an OpenID provider: authorization code with PKCE, in this tab, by a client without a secret. */

import * as oauth from "oauth4webapi";

/** @typedef {import("./config.js").Hosted} Hosted @typedef {import("./session.js").Held} Held */

// Another console of the same origin has another path, and other people may sign in to it.
const PENDING = `sentinel-console-sign-in ${location.pathname}`;
const CLOCKS_DIFFER_S = 60;
const TIMEOUT_MS = 20_000;
const ANSWERS = ["code", "state", "error"];

/** The console's own address, without what is after it. */
const here = () => new URL(".", location.href.split(/[?#]/)[0]).href;

const options = () => ({ signal: AbortSignal.timeout(TIMEOUT_MS) });

/** @param {Hosted} config */
async function discover({ issuer }) {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options()));
}

/** @param {string | undefined} endpoint @param {Record<string, string>} parameters */
function visit(endpoint, parameters) {
  if (!endpoint?.startsWith("https://")) throw new Error("The identity provider names no address over https.");
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url);
}

/** Leave for the provider; the place in the console is kept for the return. @param {Hosted} config */
export async function beginSignIn(config) {
  const [state, nonce, verifier] = [oauth.generateRandomState(), oauth.generateRandomNonce(), oauth.generateRandomCodeVerifier()];
  const provider = await discover(config);
  sessionStorage.setItem(PENDING, JSON.stringify({ state, nonce, verifier, place: location.hash }));
  visit(provider.authorization_endpoint, {
    client_id: config.client_id,
    response_type: "code",
    redirect_uri: here(),
    scope: config.scope,
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
}

/**
 * Take the provider's answer out of the address, and redeem it once. Null: this is no answer.
 * @param {Hosted} config @returns {Promise<Held | null>}
 */
export async function completeSignIn(config) {
  const answer = new URL(location.href);
  if (!ANSWERS.some((name) => answer.searchParams.has(name))) return null;
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "null");
  sessionStorage.removeItem(PENDING);
  history.replaceState(null, "", `${location.pathname}${pending?.place ?? ""}`);
  if (!pending) throw new Error("This answer belongs to no sign-in of this tab.");
  const client = { client_id: config.client_id, [oauth.clockTolerance]: CLOCKS_DIFFER_S };
  const provider = await discover(config);
  const parameters = oauth.validateAuthResponse(provider, client, answer, pending.state);
  const response = await oauth.authorizationCodeGrantRequest(
    provider, client, oauth.None(), parameters, here(), pending.verifier, options(),
  );
  const checks = { expectedNonce: pending.nonce, requireIdToken: true };
  const tokens = await oauth.processAuthorizationCodeResponse(provider, client, response, checks);
  const claims = oauth.getValidatedIdTokenClaims(tokens);
  if (!claims || !tokens.id_token) throw new Error("The answer has no ID token.");
  return { token: tokens.id_token, endsAt: claims.exp * 1000, who: claims.sub };
}

/**
 * End the person's session at the provider too. The token is in no address.
 * @param {Hosted} config @returns {Promise<boolean>} false: the provider offers no way to
 */
export async function endAtProvider(config) {
  const { end_session_endpoint: endpoint } = await discover(config);
  if (endpoint) visit(endpoint, { client_id: config.client_id, post_logout_redirect_uri: here() });
  return Boolean(endpoint);
}

/** Say in words why a sign-in failed; nothing that an address brought is repeated but a code of the protocol. @param {any} error */
export function whyNot(error) {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    return `The identity provider refused the sign-in${/^[a-z_]{1,64}$/.test(error.error) ? ` (${error.error})` : ""}.`;
  }
  if (error?.name === "TimeoutError" || (error instanceof TypeError && !("code" in error))) {
    return "The identity provider does not answer this page. It has to allow requests from this origin (CORS).";
  }
  return `You are not signed in. ${error?.message ?? ""}`;
}
