// Runs the OAuth flows of a server with openid-client: node verify.mjs ADDRESS ADMIN_TOKEN
import assert from "node:assert/strict";
import * as oauth from "openid-client";

const [address, token] = process.argv.slice(2);
const callback = "https://app.example.com/callback";
const password = "correct horse battery";
const insecure = { execute: [oauth.allowInsecureRequests] };

async function api(path, body) {
  const response = await fetch(`${address}/api/v1${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  assert.ok(response.ok, `${path}: ${response.status} ${await response.clone().text()}`);
  return response.json();
}

const register = (application) => api("/oauth_applications", { oauth_application: application });

/** A browser without scripts: it keeps cookies, follows redirects on the server, and fills in forms. */
const cookies = new Map();
async function open(url, form) {
  for (;;) {
    const response = await fetch(url, {
      method: form ? "POST" : "GET",
      body: form && new URLSearchParams(form),
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join("; ") },
      redirect: "manual",
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (!location) return { url, text: await response.text() };
    [url, form] = [new URL(location, url), undefined];
    if (url.origin !== new URL(address).origin) return { url };
  }
}

function submit(page, fields) {
  const decode = (text) => text.replaceAll("&quot;", '"').replaceAll("&#x2B;", "+").replaceAll("&amp;", "&");
  const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  const form = Object.fromEntries(hidden.map(([, name, value]) => [decode(name), decode(value)]));
  const action = decode(/<form method="post" action="([^"]*)"/.exec(page.text)[1]);
  return open(new URL(action, page.url), { ...form, ...fields });
}

// A program for itself.
const robot = await register({ name: "Robot", scopes: ["issues:read"], grant_types: ["client_credentials"] });
const robotConfig = await oauth.discovery(new URL(address), robot.client_id, robot.client_secret, undefined, insecure);
const own = await oauth.clientCredentialsGrant(robotConfig, { scope: "issues:read" });
assert.ok((await fetch(`${address}/api/v1/issues`, { headers: { authorization: `Bearer ${own.access_token}` } })).ok);
assert.equal((await oauth.tokenIntrospection(robotConfig, own.access_token)).active, true);
await oauth.tokenRevocation(robotConfig, own.access_token);
assert.equal((await oauth.tokenIntrospection(robotConfig, own.access_token)).active, false);

// A program for a user.
const app = await register({
  name: "App",
  scopes: ["issues:read"],
  grant_types: ["authorization_code", "refresh_token"],
  redirect_uris: [callback],
  public: true,
});
const config = await oauth.discovery(new URL(address), app.client_id, undefined, oauth.None(), insecure);
const verifier = oauth.randomPKCECodeVerifier();
const [state, nonce] = [oauth.randomState(), oauth.randomNonce()];
const request = oauth.buildAuthorizationUrl(config, {
  redirect_uri: callback,
  scope: "openid profile email offline_access issues:read",
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
  state,
  nonce,
});

const link = (await api("/users/1/password_reset")).url;
await submit(await open(link), { password, again: password });
let page = await submit(await open(request), { email: "admin@kiket.local", password });
page = await submit(page, { decision: "allow" });
const tokens = await oauth.authorizationCodeGrant(config, page.url, {
  pkceCodeVerifier: verifier,
  expectedState: state,
  expectedNonce: nonce,
  idTokenExpected: true,
});
const user = await oauth.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
assert.equal(user.email, "admin@kiket.local");

const refreshed = await oauth.refreshTokenGrant(config, tokens.refresh_token);
assert.notEqual(refreshed.refresh_token, tokens.refresh_token);
for (const used of [tokens, refreshed])
  await assert.rejects(oauth.refreshTokenGrant(config, used.refresh_token), { error: "invalid_grant" });
// A tool on a device without a browser; its user has signed in above.
const tool = await register({ name: "Tool", scopes: ["issues:read"], grant_types: ["device_code"], public: true });
const toolConfig = await oauth.discovery(new URL(address), tool.client_id, undefined, oauth.None(), insecure);
const started = await oauth.initiateDeviceAuthorization(toolConfig, { scope: "issues:read" });
await submit(await open(new URL(started.verification_uri_complete)), { decision: "allow" });
const connected = await oauth.pollDeviceAuthorizationGrant(toolConfig, { ...started, interval: 0.1 });
assert.ok((await fetch(`${address}/api/v1/issues`, { headers: { authorization: `Bearer ${connected.access_token}` } })).ok);

console.log("openid-client has passed client credentials, authorization code, refresh, device code, userinfo and revocation.");
